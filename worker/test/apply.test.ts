import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  createEntrega,
  call,
  confirm,
  signedBody,
  someFields,
} from '../../services/logistica-inventario/test/support.ts';
import type { Platform } from '../../tests/support/platform.ts';
import { startPlatform, until } from '../../tests/support/platform.ts';
import { jobOf, tareaOf } from './support.ts';

let platform: Platform;

beforeAll(async () => {
  platform = await startPlatform();
});

afterAll(() => platform.close());

const history = async (entregaId: number) =>
  (
    await platform.logistica.container.database.read
      .selectFrom('entrega_historial')
      .select('estado')
      .where('entrega_id', '=', entregaId)
      .where('estado', '=', 'ENTREGADA')
      .execute()
  ).length;

const quarantined = async () => {
  const { read } = platform.logistica.container.database;
  return read.selectFrom('cuarentena').select(['cola', 'nombre', 'motivo']).execute();
};

test('when one job is delivered a hundred times, also at the same time, then it has one effect', async () => {
  const { body } = await confirm(platform, 7);
  await until(
    async () => (await platform.logistica.container.queues.queue('logistica').getWaitingCount()) === 1,
  );
  const job = await jobOf(platform, 'logistica', body.task_id);
  const queue = platform.logistica.container.queues.queue('logistica');
  await queue.addBulk(
    Array.from({ length: 100 }, (_, copy) => ({
      name: job.name,
      data: job.data,
      opts: { jobId: `copia-${copy}` },
    })),
  );
  const worker = await platform.startWorker();
  await until(async () => (await queue.getJobCounts('completed'))['completed'] === 101);
  expect(await history(body.entrega_id)).toBe(1);
  expect((await tareaOf(platform, body.task_id)).estado).toBe('SUCCESS');
  await worker.close();
});

test('when jobs are forged, changed or moved to another queue, then they have no effect and are quarantined', async () => {
  const { body } = await confirm(platform, 7);
  const { queues } = platform.logistica.container;
  const queue = queues.queue('logistica');
  await until(async () => (await queue.getWaitingCount()) === 1);
  const job = await jobOf(platform, 'logistica', body.task_id);
  await job.remove();
  const forged = { ...job.data, mac: 'A'.repeat(43) };
  const changed = { ...job.data, params: { ...job.data.params, entrega_id: body.entrega_id + 1 } };
  await queue.add(job.name, forged, { jobId: 'falsa' });
  await queue.add(job.name, changed, { jobId: 'cambiada' });
  await queue.add('logistica.otra', job.data, { jobId: 'renombrada' });
  await queue.add(job.name, { task_id: body.task_id }, { jobId: 'sin-firma' });
  await queues.queue('monitor').add(job.name, job.data, { jobId: 'movida' });

  const worker = await platform.startWorker();
  await until(async () => (await quarantined()).length === 5);
  expect(new Set((await quarantined()).map((row) => row.motivo))).toEqual(
    new Set(['sobre sin firma válida']),
  );
  expect(await history(body.entrega_id)).toBe(0);
  // A job fails after that was written down.
  await expect.poll(async () => (await queue.getJobCounts('failed'))['failed']).toBe(4);
  await worker.close();
});

test('when Redis forgets everything that was enqueued, then each confirmation is applied all the same, once', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => confirm(platform, 7)));
  const { container } = platform.logistica;
  await until(async () => {
    const rows = await container.database.read.selectFrom('outbox').select('estado').execute();
    return rows.every((row) => row.estado === 'ENVIADO');
  });
  await platform.redis!.operator.flushall();
  const worker = await platform.startWorker();
  await container.outbox.reconciler.reviewOnce(Date.now() + 60_000);
  for (const { body } of answers) {
    await until(async () => (await tareaOf(platform, body.task_id)).estado === 'SUCCESS');
    expect(await history(body.entrega_id)).toBe(1);
  }
  await worker.close();
});

test('when a late job finds its delivery applied by another run, then ENTREGADA stays as it is', async () => {
  const fields = someFields({ nombre_recibe: 'La primera' });
  const { body } = await confirm(platform, 7, fields);
  const worker = await platform.startWorker();
  await until(async () => (await tareaOf(platform, body.task_id)).estado === 'SUCCESS');
  const as = platform.token({ id: 7 });
  const again = await call(platform, 'POST', `/entrega/${body.entrega_id}/confirmar`, {
    as,
    body: await signedBody(platform, body.entrega_id, 7, someFields({ nombre_recibe: 'La segunda' })),
  });
  expect(again.status).toBe(409);
  const retry = await call(platform, 'POST', '/tareas', {
    key: await platform.serviceKey('worker'),
    body: { tipo: 'procesar_entrega', task_id: body.task_id, entrega_id: body.entrega_id, _retry_count: 1 },
  });
  expect(retry.status).toBe(409);
  const read = await call(platform, 'GET', `/entrega/${body.entrega_id}`, { as });
  expect(read.body).toMatchObject({ estado: 'ENTREGADA', nombre_recibe: 'La primera' });
  await worker.close();
});

test('when Redis was down from the start, then everything starts, accepts and applies once it is there', async () => {
  const { redis } = platform;
  const id = await createEntrega(platform, 7);
  await redis!.kill();
  await until(() => !platform.logistica.container.queues.isConnected());
  const worker = await platform.startWorker();
  const answer = await call(platform, 'POST', `/entrega/${id}/confirmar`, {
    as: platform.token({ id: 7 }),
    body: await signedBody(platform, id, 7),
  });
  expect(answer.body.estado).toBe('Pendiente Confirmacion Sistema');
  await redis!.start();
  const back = Date.now();
  await until(async () => (await tareaOf(platform, answer.body.task_id)).estado === 'SUCCESS');
  expect(Date.now() - back).toBeLessThan(5_000);
  await worker.close();
});
