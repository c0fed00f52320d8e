import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Platform } from '../../../tests/support/platform.ts';
import { startPlatform, until } from '../../../tests/support/platform.ts';
import type { Answer } from './support.ts';
import { call, confirm, createEntrega, signedBody } from './support.ts';

const USER = 7;
const SEVERAL = 5;

let platform: Platform;
let as: string;

beforeAll(async () => {
  platform = await startPlatform({ worker: true });
  as = platform.token({ id: USER });
});

afterAll(() => platform.close());

/** Several, one after the other, with the time of each (ms). */
async function confirmSeveral(): Promise<{ answers: Answer[]; times: number[] }> {
  const answers: Answer[] = [];
  const times: number[] = [];
  for (let i = 0; i < SEVERAL; i++) {
    const id = await createEntrega(platform, USER);
    const body = await signedBody(platform, id, USER);
    const started = performance.now();
    answers.push(await call(platform, 'POST', `/entrega/${id}/confirmar`, { as, body }));
    times.push(performance.now() - started);
  }
  return { answers, times: times.toSorted((a, b) => a - b) };
}

const pending = (answers: Answer[]) =>
  answers.map(() => ({ status: 202, body: { estado: 'Pendiente Confirmacion Sistema' } }));

const stateOf = async (answer: Answer): Promise<string> =>
  (await call(platform, 'GET', `/entrega/${answer.body.entrega_id}`, { as })).body.estado;

async function allDelivered(answers: Answer[]): Promise<boolean> {
  const states = await Promise.all(answers.map(stateOf));
  return states.every((estado) => estado === 'ENTREGADA');
}

const appliedOnce = async (answers: Answer[]) => {
  for (const { body } of answers) {
    const { historial } = (await call(platform, 'GET', `/entrega/${body.entrega_id}`, { as })).body;
    expect(historial.map((row: { estado: string }) => row.estado)).toEqual([
      'EN_CAMINO',
      'PENDING_SYSTEM_CONFIRMATION',
      'ENTREGADA',
    ]);
  }
};

test('when Redis is down, then confirming answers 202 at once, and the deliveries are applied by themselves when it is back', async () => {
  await platform.redis!.kill();
  await until(() => !platform.logistica.container.queues.isConnected());

  const { answers, times } = await confirmSeveral();
  expect(answers).toMatchObject(pending(answers));
  expect(times[SEVERAL >> 1]).toBeLessThan(300);
  expect(times.at(-1)).toBeLessThan(1_000);
  expect(await Promise.all(answers.map(stateOf))).toEqual(answers.map(() => 'PENDING_SYSTEM_CONFIRMATION'));

  const { task_id } = answers[0]!.body;
  const task = await call(platform, 'GET', `/tarea/${task_id}`, { as });
  expect(task).toMatchObject({
    status: 200,
    body: { task_id, status: 'PENDING', ready: false, successful: null, broker: 'no_disponible' },
  });
  const ready = await call(platform, 'GET', '/readyz');
  expect(ready).toMatchObject({ status: 200, body: { status: 'degraded', checks: { redis: 'falta' } } });

  await platform.redis!.start();
  await until(() => allDelivered(answers));
  await appliedOnce(answers);
  expect((await call(platform, 'GET', `/tarea/${task_id}`, { as })).body).toMatchObject({
    status: 'SUCCESS',
    broker: 'disponible',
    retry_count: 0,
  });
});

test('when Redis hangs, then confirming answers 202 within its deadline, and the deliveries are applied when it moves again', async () => {
  platform.redis!.pause();
  let answers: Answer[];
  try {
    const confirmed = await confirmSeveral();
    answers = confirmed.answers;
    expect(answers).toMatchObject(pending(answers));
    expect(confirmed.times[SEVERAL >> 1]).toBeLessThan(500);
    expect(confirmed.times.at(-1)).toBeLessThan(1_000);
    // What the client was told is what a repetition is told.
    const id = answers[0]!.body.entrega_id as number;
    expect(await stateOf(answers[0]!)).toBe('PENDING_SYSTEM_CONFIRMATION');
    const reading = performance.now();
    expect((await call(platform, 'GET', `/entrega/${id}`, { as })).status).toBe(200);
    expect(performance.now() - reading).toBeLessThan(1_000);
  } finally {
    platform.redis!.resume();
  }
  await until(() => allDelivered(answers), 15_000);
  await appliedOnce(answers);
});

test('when Redis forgets everything before a worker took it, then what was accepted is sent again', async () => {
  const queue = platform.logistica.container.queues.queue('logistica');
  await queue.pause();
  const answer = await confirm(platform, USER);
  expect(answer.body.estado).toBe('exitoso');
  const { database, outbox } = platform.logistica.container;
  await until(async () => {
    const row = await database.read
      .selectFrom('outbox')
      .select('estado')
      .where('task_id', '=', answer.body.task_id)
      .executeTakeFirst();
    return row?.estado === 'ENVIADO';
  });
  await platform.redis!.operator.flushall();
  expect(await outbox.reconciler.reviewOnce(Date.now() + 31_000)).toBeGreaterThanOrEqual(1);
  await until(() => allDelivered([answer]));
  await appliedOnce([answer]);
});
