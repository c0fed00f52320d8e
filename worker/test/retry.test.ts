import { afterEach, expect, test, vi } from 'vitest';
import { generateMetrics } from '@medisupply/shared/tasks/monitor';
import { retryDelay } from '@medisupply/logistica-inventario/tareas/reintentar-entrega';
import { call, confirm } from '../../services/logistica-inventario/test/support.ts';
import type { Platform } from '../../tests/support/platform.ts';
import { NOWHERE, startPlatform, until } from '../../tests/support/platform.ts';
import { accept, jobOf, tareaOf } from './support.ts';

let platform: Platform;

afterEach(async () => {
  vi.restoreAllMocks();
  await platform.close();
});

const eventsOf = async (taskId: string) => {
  const rows = await platform.logistica.container.database.read
    .selectFrom('evento')
    .select('tipo')
    .where('task_id', '=', taskId)
    .orderBy('id')
    .execute();
  return rows.map((row) => row.tipo);
};

test('when an attempt fails, then it is retried through POST /tareas, ends as FAILED_MAX_RETRIES, and an Admin can re-drive it', async () => {
  platform = await startPlatform({ env: { FAULT_RATE: '1' } });
  // Full jitter at its shortest.
  vi.spyOn(Math, 'random').mockReturnValue(0.001);
  const failing = await platform.startWorker();
  const { body } = await confirm(platform, 7);
  await until(async () => (await tareaOf(platform, body.task_id)).estado === 'FAILURE');

  expect(await tareaOf(platform, body.task_id)).toMatchObject({
    intento: 3,
    error: 'Sin éxito tras 3 reintentos',
  });
  expect((await eventsOf(body.task_id)).filter((tipo) => tipo === 'reintento')).toHaveLength(3);
  const as = platform.token({ id: 7 });
  const path = `/entrega/${body.entrega_id}`;
  expect((await call(platform, 'GET', path, { as })).body.estado).toBe('FAILED_MAX_RETRIES');
  const job = await jobOf(platform, 'logistica', body.task_id);
  expect(job.returnvalue).toBe('RETRY_SUBMITTED');
  await failing.close();

  const refused = await call(platform, 'POST', `/tareas/${body.task_id}/reintentar`, { as });
  expect(refused.status).toBe(403);
  const admin = platform.token({ id: 1, roles: ['Admin'] });
  const redriven = await call(platform, 'POST', `/tareas/${body.task_id}/reintentar`, { as: admin });
  expect(redriven).toMatchObject({ status: 202, body: { task_id: body.task_id, status: 'PENDING' } });
  expect((await call(platform, 'GET', path, { as })).body.estado).toBe('PENDING_SYSTEM_CONFIRMATION');
  const healthy = await platform.startWorker({ FAULT_RATE: '0' });
  await until(async () => (await tareaOf(platform, body.task_id)).estado === 'SUCCESS');
  expect((await call(platform, 'GET', path, { as })).body.estado).toBe('ENTREGADA');
  await healthy.close();
});

test("when logistica cannot be reached for a retry, then BullMQ's own attempts are the second net", async () => {
  platform = await startPlatform({ env: { FAULT_RATE: '1', LOGISTICA_URL: NOWHERE } });
  const worker = await platform.startWorker();
  const { body } = await confirm(platform, 7);
  await until(async () => (await jobOf(platform, 'logistica', body.task_id)).attemptsMade >= 1);
  expect((await tareaOf(platform, body.task_id)).intento).toBe(0);
  await worker.close();
  const healthy = await platform.startWorker({ FAULT_RATE: '0' });
  await until(async () => (await tareaOf(platform, body.task_id)).estado === 'SUCCESS');
  await healthy.close();
});

test('when a task waits, then an Admin can cancel it, and it never runs', async () => {
  platform = await startPlatform();
  const taskId = await accept(platform, generateMetrics);
  const admin = platform.token({ id: 1, roles: ['Admin'] });
  const cancelled = await call(platform, 'DELETE', `/tareas/${taskId}`, { as: admin });
  expect(cancelled).toMatchObject({
    status: 200,
    body: { status: 'REVOKED', ready: true, successful: false },
  });
  const worker = await platform.startWorker();
  const { queues } = platform.logistica.container;
  await until(async () => {
    const { waiting = 0, active = 0 } = await queues.queue('monitor').getJobCounts('waiting', 'active');
    return waiting + active === 0;
  });
  expect((await tareaOf(platform, taskId)).estado).toBe('REVOKED');
  await worker.close();
});

test('when retries follow each other, then the wait grows with full jitter up to a minute', () => {
  expect([0, 1, 2, 3, 10, 1_000].map((intento) => retryDelay(intento, () => 1))).toEqual([
    1_000, 2_000, 4_000, 8_000, 60_000, 60_000,
  ]);
  expect(retryDelay(3, () => 0)).toBe(0);
});
