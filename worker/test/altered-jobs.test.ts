import { afterAll, beforeAll, expect, test } from 'vitest';
import { confirm } from '../../services/logistica-inventario/test/support.ts';
import type { Platform } from '../../tests/support/platform.ts';
import { startPlatform, until } from '../../tests/support/platform.ts';
import { QUEUE_PREFIX } from '@medisupply/shared/queueing/wire/queue-client';

let platform: Platform;

beforeAll(async () => {
  platform = await startPlatform();
});

afterAll(() => platform.close());

const QUEUE = `${QUEUE_PREFIX}:logistica`;

/** What somebody with access to Redis does to a waiting job. */
const alterations: ((jobId: string) => Promise<unknown>)[] = [
  (jobId) => changeData(jobId, (data) => ({ ...data, params: { entrega_id: 1, _retry_count: 0 } })),
  (jobId) => changeData(jobId, (data) => ({ ...data, mac: 'A'.repeat(43) })),
  (jobId) => redis().hset(`${QUEUE}:${jobId}`, 'data', '{}'),
  (jobId) => moveTo('completed', jobId),
  (jobId) => moveTo('failed', jobId),
  (jobId) => moveTo('waiting-children', jobId),
];

const redis = () => platform.redis!.operator;

async function changeData(jobId: string, change: (data: object) => object): Promise<unknown> {
  const data = JSON.parse((await redis().hget(`${QUEUE}:${jobId}`, 'data')) ?? '') as object;
  return redis().hset(`${QUEUE}:${jobId}`, 'data', JSON.stringify(change(data)));
}

async function moveTo(state: string, jobId: string): Promise<unknown> {
  await redis().lrem(`${QUEUE}:wait`, 1, jobId);
  return redis().zadd(`${QUEUE}:${state}`, Date.now(), jobId);
}

test('when a job turns out not to be genuine, then its task is sent again at once, and the figures show it', async () => {
  const { database, queues } = platform.logistica.container;
  const queue = queues.queue('logistica');
  await queue.pause();
  const { body } = await confirm(platform, 7);
  const row = () =>
    database.read
      .selectFrom('outbox')
      .select(['estado', 'reenvios'])
      .where('task_id', '=', String(body.task_id))
      .executeTakeFirst();
  await until(async () => (await row())?.estado === 'ENVIADO');
  await changeData(`${body.task_id}-0-0`, (data) => ({ ...data, mac: 'A'.repeat(43) }));
  const worker = await platform.startWorker();
  const altered = Date.now();
  await queue.resume();
  await until(async () => (await queue.getFailedCount()) === 1);
  // What is sent again waits, so that it can be looked at.
  await queue.pause();
  await until(async () => (await row())?.reenvios === 1);
  const text = await platform.logistica.container.metrics.registry.metrics();
  expect(text).toMatch(/^medisupply_outbox_resent\{.*\} 1$/m);
  await queue.resume();
  await until(async () => (await row()) === undefined);
  expect(Date.now() - altered).toBeLessThan(10_000);
  await worker.close();
});

test(
  'when waiting jobs are altered again and again, then no confirmation dies of it, and each is applied in the end',
  { timeout: 60_000 },
  async () => {
    const { database, outbox, queues } = platform.logistica.container;
    const queue = queues.queue('logistica');
    await queue.pause();
    // Only the looks of this test, so that nothing is sent again behind its back.
    await outbox.reconciler.stop();
    const worker = await platform.startWorker();
    const taskIds = (await Promise.all(Array.from({ length: 10 }, () => confirm(platform, 7)))).map(
      ({ body }) => String(body.task_id),
    );
    const rows = () =>
      database.read
        .selectFrom('outbox')
        .select(['task_id', 'intento', 'gen', 'estado', 'reenvios'])
        .where('task_id', 'in', taskIds)
        .orderBy('seq')
        .execute();
    const states = async () =>
      database.read
        .selectFrom('confirmacion')
        .select('estado')
        .distinct()
        .where('task_id', 'in', taskIds)
        .execute();

    for (let round = 0; round < 8; round++) {
      await until(async () => (await rows()).every((row) => row.estado === 'ENVIADO'));
      for (const [index, { task_id, intento, gen }] of (await rows()).entries())
        await alterations[(index + round) % alterations.length]!(`${task_id}-${intento}-${gen}`);
      await queue.resume();
      await until(async () => (await queue.getWaitingCount()) + (await queue.getActiveCount()) === 0);
      await queue.pause();
      await until(async () => {
        await outbox.reconciler.reviewOnce(Date.now() + (round + 1) * 24 * 3_600_000);
        return (await rows()).every(({ reenvios }) => reenvios === round + 1);
      });
      expect(await states()).toEqual([{ estado: 'ACEPTADA' }]);
      // Without waiting for the back-off.
      await database.unitOfWork.write((tx) => tx.updateTable('outbox').set({ disponible: 0 }).execute());
      outbox.relay.wake();
    }
    await queue.resume();
    await until(async () => (await rows()).length === 0);
    expect(await states()).toEqual([{ estado: 'APLICADA' }]);
    expect(platform.logs.some((line) => line.includes('terminó sin hacer su tarea'))).toBe(true);
    await worker.close();
  },
);
