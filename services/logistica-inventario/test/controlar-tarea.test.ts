import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Platform } from '../../../tests/support/platform.ts';
import { startPlatform, until } from '../../../tests/support/platform.ts';
import { retryDelay } from '../src/tareas/reintentar-entrega.ts';
import type { Answer } from './support.ts';
import { call, confirm, createEntrega, problem, signedBody } from './support.ts';

const USER = 7;

let platform: Platform;
let admin: string;
let worker: string;

beforeAll(async () => {
  platform = await startPlatform();
  admin = platform.token({ id: 1, roles: ['Admin'] });
  worker = await platform.serviceKey('worker');
});

afterAll(() => platform.close());

async function accepted(): Promise<{ task_id: string; entrega_id: number }> {
  const answer = await confirm(platform, USER);
  expect(answer.status).toBe(202);
  const { task_id, entrega_id } = answer.body;
  return { task_id, entrega_id };
}

const retry = (task: { task_id: string; entrega_id: number }, _retry_count: unknown): Promise<Answer> =>
  call(platform, 'POST', '/tareas', {
    key: worker,
    body: { tipo: 'procesar_entrega', ...task, _retry_count },
  });

const tarea = async (taskId: string) => (await call(platform, 'GET', `/tarea/${taskId}`, { as: admin })).body;

const outboxOf = (taskId: string) =>
  platform.logistica.container.database.read
    .selectFrom('outbox')
    .select(['intento', 'payload', 'disponible', 'estado'])
    .where('task_id', '=', taskId)
    .execute();

const stateOf = async (id: number) =>
  (await call(platform, 'GET', `/entrega/${id}`, { as: admin })).body.estado;

async function killed(): Promise<{ task_id: string; entrega_id: number }> {
  const task = await accepted();
  for (const n of [1, 2, 3, 4]) expect((await retry(task, n)).status).toBe(202);
  return task;
}

describe('retry of a confirmation', () => {
  test('when the next count comes, then the attempt is stored with its delay and replaces the one before', async () => {
    const task = await accepted();
    const before = Date.now();
    const answer = await retry(task, 1);
    expect(answer.status).toBe(202);
    expect(answer.body).toEqual({
      message: expect.any(String),
      task_id: task.task_id,
      task_name: 'logistica.procesar_entrega',
      status: 'PENDING',
      queue: 'logistica',
      timestamp: expect.stringMatching(/Z$/),
    });
    const rows = await outboxOf(task.task_id);
    expect(rows).toMatchObject([
      { intento: 1, payload: JSON.stringify({ entrega_id: task.entrega_id, _retry_count: 1 }) },
    ]);
    expect(rows[0]!.disponible).toBeGreaterThanOrEqual(before);
    expect(rows[0]!.disponible).toBeLessThanOrEqual(Date.now() + 2_000);
    expect(await tarea(task.task_id)).toMatchObject({ status: 'RETRY', ready: false, retry_count: 1 });
    expect(await stateOf(task.entrega_id)).toBe('PENDING_SYSTEM_CONFIRMATION');
  });

  test('when a count comes that is not larger, then it is 202 again and nothing changes', async () => {
    const task = await accepted();
    for (const n of [1, 2]) expect((await retry(task, n)).status).toBe(202);
    const rows = await outboxOf(task.task_id);
    for (const n of [2, 1, 0]) {
      const answer = await retry(task, n);
      expect(answer).toMatchObject({ status: 202, body: { task_id: task.task_id, status: 'PENDING' } });
    }
    const after = await outboxOf(task.task_id);
    expect(after.map((row) => [row.intento, row.disponible])).toEqual(
      rows.map((row) => [row.intento, row.disponible]),
    );
    expect(await tarea(task.task_id)).toMatchObject({ retry_count: 2 });
  });

  test('when ten callers send the next count at once, then there is one attempt', async () => {
    const task = await accepted();
    const answers = await Promise.all(Array.from({ length: 10 }, () => retry(task, 1)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 202));
    expect(await outboxOf(task.task_id)).toMatchObject([{ intento: 1 }]);
  });

  test('when anybody but the worker sends a larger count, then it is 403 and no attempt is used up', async () => {
    const task = await accepted();
    expect((await retry(task, 1)).status).toBe(202);
    const detail =
      'Solo el worker pide otro intento de una confirmación; un Admin puede reactivar una que falló';
    const callers = [
      { as: admin },
      { as: platform.token({ id: 3, roles: ['System'] }) },
      { key: await platform.serviceKey('operator') },
    ];
    for (const caller of callers) {
      const send = (_retry_count: number) =>
        call(platform, 'POST', '/tareas', {
          ...caller,
          body: { tipo: 'procesar_entrega', ...task, _retry_count },
        });
      for (const n of [2, 3, 1_000]) {
        const answer = await send(n);
        expect(answer.body).toEqual(problem(403, 'no-permitido', detail, '/tareas'));
        expect(answer.status).toBe(403);
      }
      expect(await send(1)).toMatchObject({ status: 202, body: { task_id: task.task_id } });
    }
    expect(await outboxOf(task.task_id)).toMatchObject([{ intento: 1 }]);
    expect(await tarea(task.task_id)).toMatchObject({ retry_count: 1 });
  });

  test.for([2, 3, 50, 5_000])('when the count jumps to %i, then it is 409', async (n) => {
    const task = await accepted();
    const answer = await retry(task, n);
    expect(answer.body).toEqual(problem(409, 'conflicto', 'El siguiente intento es el 1', '/tareas'));
    expect(answer.status).toBe(409);
  });

  test.for([-1, -5, -10, 1.5, '1', null, true, [1]])('when the count is %j, then it is 400', async (n) => {
    const task = await accepted();
    expect(await retry(task, n)).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'body._retry_count' }] },
    });
    expect(await outboxOf(task.task_id)).toMatchObject([{ intento: 0 }]);
  });

  test('when there is no live confirmation with that task and delivery, then it is 409', async () => {
    const task = await accepted();
    const other = await accepted();
    const detail = 'La entrega no tiene una confirmación en curso con esa tarea';
    for (const wrong of [
      { task_id: '0192f0c1-7d5e-7abc-8def-0123456789ab', entrega_id: task.entrega_id },
      { task_id: task.task_id, entrega_id: other.entrega_id },
      { task_id: task.task_id, entrega_id: 999_999 },
    ]) {
      const answer = await retry(wrong, 1);
      expect(answer.body).toEqual(problem(409, 'conflicto', detail, '/tareas'));
      expect(answer.status).toBe(409);
    }
  });

  test('when retries are over, then the delivery is dead, visible, and keeps its place', async () => {
    const task = await killed();
    expect(await stateOf(task.entrega_id)).toBe('FAILED_MAX_RETRIES');
    expect(await tarea(task.task_id)).toMatchObject({
      status: 'FAILURE',
      ready: true,
      successful: false,
      error: 'Sin éxito tras 3 reintentos',
    });
    expect(await outboxOf(task.task_id)).toEqual([]);
    expect((await retry(task, 5)).status).toBe(409);
    const again = await call(platform, 'POST', `/entrega/${task.entrega_id}/confirmar`, {
      as: platform.token({ id: USER }),
      body: await signedBody(platform, task.entrega_id, USER),
    });
    expect(again.status).toBe(409);
    const cancel = await call(platform, 'POST', `/entregas/${task.entrega_id}/cancelar`, { as: admin });
    expect(cancel.status).toBe(409);
  });

  test('when the wait before an attempt is drawn, then its ceiling doubles, to a minute at most', () => {
    expect([1, 2, 3, 10, 1_000].map((n) => retryDelay(n, () => 1))).toEqual([
      2_000, 4_000, 8_000, 60_000, 60_000,
    ]);
    expect(retryDelay(3, () => 0)).toBe(0);
    expect(retryDelay(3, () => 0.5)).toBe(4_000);
  });
});

describe('DELETE /tareas/:task_id', () => {
  const remove = (taskId: string, as = admin) => call(platform, 'DELETE', `/tareas/${taskId}`, { as });

  async function enqueue(): Promise<string> {
    const answer = await call(platform, 'POST', '/tareas', { as: admin, body: { tipo: 'ping_logistica' } });
    return answer.body.task_id as string;
  }

  test('when a task waits, then it is REVOKED, its message is gone, and cancelling again changes nothing', async () => {
    const taskId = await enqueue();
    const first = await remove(taskId);
    expect(first).toMatchObject({
      status: 200,
      body: {
        task_id: taskId,
        status: 'REVOKED',
        ready: true,
        successful: false,
        error: 'Cancelada por usuario:1',
      },
    });
    expect(await outboxOf(taskId)).toEqual([]);
    const second = await remove(taskId);
    expect({ status: second.status, body: second.body }).toEqual({ status: 200, body: first.body });
  });

  test('when it is an accepted confirmation, then it is 409: what was accepted is not cancelled', async () => {
    const task = await accepted();
    const answer = await remove(task.task_id);
    expect(answer.body).toEqual(
      problem(409, 'conflicto', 'Una confirmación aceptada no se cancela', `/tareas/${task.task_id}`),
    );
    expect(answer.status).toBe(409);
    expect(await tarea(task.task_id)).toMatchObject({ ready: false });
  });

  test('when there is no such task, then it is 404; by the other path 405', async () => {
    expect((await remove('no-existe')).status).toBe(404);
    const answer = await call(platform, 'DELETE', '/tarea/no-existe', { as: admin });
    expect(answer.headers['allow']).toBe('GET, HEAD');
    expect(answer.body).toEqual(
      problem(405, 'metodo-no-permitido', 'DELETE no está permitido; use GET, HEAD', '/tarea/no-existe'),
    );
  });

  test('when anybody but an Admin cancels, then it is 403', async () => {
    const taskId = await enqueue();
    for (const roles of [['usuario'], ['System']] as const)
      expect((await remove(taskId, platform.token({ id: 5, roles: [...roles] }))).status).toBe(403);
    const key = await platform.serviceKey('operator');
    expect((await call(platform, 'DELETE', `/tareas/${taskId}`, { key })).status).toBe(403);
    expect(await tarea(taskId)).toMatchObject({ status: 'PENDING' });
  });
});

describe('POST /tareas/:task_id/reintentar', () => {
  const redrive = (taskId: string, as = admin) =>
    call(platform, 'POST', `/tareas/${taskId}/reintentar`, { as });

  test('when a task has not failed for good, or is unknown, then it is 409 or 404', async () => {
    const task = await accepted();
    const answer = await redrive(task.task_id);
    const path = `/tareas/${task.task_id}/reintentar`;
    expect(answer.body).toEqual(
      problem(409, 'conflicto', 'Solo se reactiva una tarea que falló definitivamente', path),
    );
    expect((await redrive('no-existe')).status).toBe(404);
  });

  test('when anybody but an Admin re-drives, then it is 403', async () => {
    const task = await killed();
    for (const roles of [['usuario'], ['System']] as const)
      expect((await redrive(task.task_id, platform.token({ id: USER, roles: [...roles] }))).status).toBe(403);
    const key = await platform.serviceKey('operator');
    const byKey = await call(platform, 'POST', `/tareas/${task.task_id}/reintentar`, { key });
    expect(byKey.status).toBe(403);
    expect(await stateOf(task.entrega_id)).toBe('FAILED_MAX_RETRIES');
  });

  test('when a dead confirmation is re-driven, then its retries are counted anew', async () => {
    const task = await killed();
    const { retry_count } = await tarea(task.task_id);
    expect((await redrive(task.task_id)).status).toBe(202);
    const first = (await tarea(task.task_id)).retry_count as number;
    expect(first).toBe(retry_count + 1);
    for (const n of [1, 2, 3]) expect((await retry(task, first + n)).status).toBe(202);
    expect(await stateOf(task.entrega_id)).toBe('PENDING_SYSTEM_CONFIRMATION');
    expect((await retry(task, first + 4)).status).toBe(202);
    expect(await stateOf(task.entrega_id)).toBe('FAILED_MAX_RETRIES');
  });

  test('when a dead confirmation is re-driven and a worker is there, then it is applied', async () => {
    const task = await killed();
    const answer = await redrive(task.task_id);
    expect(answer.status).toBe(202);
    expect(answer.body).toEqual({
      message: expect.any(String),
      task_id: task.task_id,
      task_name: 'logistica.procesar_entrega',
      status: 'PENDING',
      queue: 'logistica',
      timestamp: expect.stringMatching(/Z$/),
    });
    expect((await redrive(task.task_id)).status).toBe(409);

    const running = await platform.startWorker();
    await until(async () => (await tarea(task.task_id)).status === 'SUCCESS');
    const read = await call(platform, 'GET', `/entrega/${task.entrega_id}`, { as: admin });
    expect(read.body).toMatchObject({ estado: 'ENTREGADA', firma_verificada: true, confirmada_por: USER });
    expect(read.body.historial.map((row: { estado: string }) => row.estado)).toEqual([
      'EN_CAMINO',
      'PENDING_SYSTEM_CONFIRMATION',
      'FAILED_MAX_RETRIES',
      'PENDING_SYSTEM_CONFIRMATION',
      'ENTREGADA',
    ]);
    // Late messages of a delivered one change nothing.
    expect((await retry(task, read.body.historial.length)).status).toBe(409);
    expect(await stateOf(task.entrega_id)).toBe('ENTREGADA');
    expect((await redrive(task.task_id)).status).toBe(409);
    await running.close();
  });

  test('when the signature was refused late, then re-driving is 409 and the delivery is as it was', async () => {
    const id = await createEntrega(platform, USER);
    const body = await signedBody(platform, id, USER);
    const { task_id } = (
      await call(platform, 'POST', `/entrega/${id}/confirmar`, { as: platform.token({ id: USER }), body })
    ).body;
    const { database } = platform.logistica.container;
    // As if it had been accepted without keys, with a signature that is not good.
    await database.unitOfWork.write((tx) =>
      tx
        .updateTable('confirmacion')
        .set({ verificada: 'pendiente', jti: null, firma: `${body.firma_payload.slice(0, -4)}AAAA` })
        .where('task_id', '=', task_id)
        .execute(),
    );
    const running = await platform.startWorker();
    await until(async () => (await tarea(task_id)).ready);
    expect(await tarea(task_id)).toMatchObject({ status: 'FAILURE' });
    expect(await stateOf(id)).toBe('EN_CAMINO');
    const answer = await redrive(task_id);
    expect(answer).toMatchObject({
      status: 409,
      body: { detail: 'La confirmación fue rechazada: su firma no es válida' },
    });
    await running.close();
  });
});
