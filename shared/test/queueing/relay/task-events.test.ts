import { afterAll, beforeAll, expect, test } from 'vitest';
import { insertEncoladas } from '../../../src/queueing/store/eventos.ts';
import {
  completeTask,
  failTask,
  findTarea,
  insertAttempt,
  markRetrying,
  markStarted,
} from '../../../src/queueing/store/task-store.ts';
import { dispatchTask } from '../../../src/queueing/dispatcher.ts';
import type { TaskRun } from '../../../src/queueing/handler.ts';
import { pingLogistica } from '../../../src/tasks/monitor.ts';
import type { OutboxFixture } from './support.ts';
import { outboxFixture, silent } from './support.ts';

let fixture: OutboxFixture;

beforeAll(async () => {
  fixture = await outboxFixture();
});

afterAll(() => fixture.close());

const write: OutboxFixture['database']['unitOfWork']['write'] = (fn) => fixture.database.unitOfWork.write(fn);

const ACCEPTED = 900;
const LEASE = 10_000;

async function accept(claimUntil = 0): Promise<TaskRun> {
  const { task_id } = await write((tx) =>
    dispatchTask(tx, pingLogistica, {}, { creada_por: 'prueba', entrega_id: 5, claimUntil, now: ACCEPTED }),
  );
  return {
    task_id,
    intento: 0,
    started: 1_000,
    signal: new AbortController().signal,
    logger: silent,
    progress: () => Promise.resolve(),
    worker: 'w',
    settled: false,
  };
}

async function eventsOf(taskId: string) {
  const rows = await fixture.database.read
    .selectFrom('evento')
    .select(['tipo', 'momento', 'entrega_id', 'datos'])
    .where('task_id', '=', taskId)
    .orderBy('id')
    .execute();
  return rows.map(({ datos, ...row }) => ({ ...row, datos: datos === null ? null : JSON.parse(datos) }));
}

const inicio = { tipo: 'inicio', momento: 1_000, entrega_id: 5, datos: { intento: 0 } };
const fin = { tipo: 'fin', momento: 2_000, entrega_id: 5, datos: null };

test('when a task is short, then its begin is told with its end', async () => {
  const run = await accept();
  await write((tx) => completeTask(tx, run, {}, { now: 2_000 }));
  expect(await eventsOf(run.task_id)).toEqual([inicio, fin]);
});

test('when a task takes its time, then its begin is told at once, and only once', async () => {
  const run = await accept();
  await write((tx) => markStarted(tx, run));
  expect(await eventsOf(run.task_id)).toEqual([inicio]);
  await write((tx) => completeTask(tx, run, {}, { now: 2_000 }));
  expect(await eventsOf(run.task_id)).toEqual([inicio, fin]);
});

/** Sent by a relay that took it at 950 and has not noted it yet. */
const acceptSent = async (enqueued?: number): Promise<TaskRun> => ({
  ...(await accept(950 + LEASE)),
  ...(enqueued === undefined ? {} : { enqueued }),
});
const encolada = (momento: number) => ({ tipo: 'encolada', momento, entrega_id: 5, datos: null });

test('when a task ends before its sending was noted, then that is told with its end', async () => {
  const run = await acceptSent(970);
  await write((tx) => completeTask(tx, run, {}, { now: 2_000 }));
  expect(await eventsOf(run.task_id)).toEqual([encolada(970), inicio, fin]);
});

test('when Redis tells of a moment that cannot be, then the one at which the relay took the task counts', async () => {
  const run = await acceptSent(-5);
  await write((tx) => completeTask(tx, run, {}, { now: 2_000 }));
  expect(await eventsOf(run.task_id)).toEqual([encolada(950), inicio, fin]);
});

test('when a task begins, fails or is tried again before its sending was noted, then that is told first, and once', async () => {
  const begun = await acceptSent(970);
  await write((tx) => markStarted(tx, begun));
  await write((tx) => completeTask(tx, begun, {}, { now: 2_000 }));
  expect(await eventsOf(begun.task_id)).toEqual([encolada(970), inicio, fin]);

  const failing = await acceptSent();
  await write((tx) => markRetrying(tx, failing.task_id, { intento: 1, error: 'se cayó', now: 1_100 }));
  const again = { intento: 1, params: {}, disponible: 1_300, now: 1_200, motivo: 'se cayó' };
  const tarea = await findTarea(fixture.database.read, failing.task_id);
  await write((tx) => insertAttempt(tx, tarea!, again));
  expect((await eventsOf(failing.task_id)).map(({ tipo }) => tipo)).toEqual([
    'encolada',
    'reintento',
    'reintento',
  ]);

  const retried = await acceptSent();
  const before = await findTarea(fixture.database.read, retried.task_id);
  await write((tx) => insertAttempt(tx, before!, again));
  expect((await eventsOf(retried.task_id)).map(({ tipo, momento }) => [tipo, momento])).toEqual([
    ['encolada', 950],
    ['reintento', 1_200],
  ]);
});

test('when it had ended before it could be marked as begun, then nothing is added', async () => {
  const run = await accept();
  await write((tx) =>
    failTask(tx, run.task_id, { estado: 'REVOKED', error: 'x', evento: 'cancelada', now: 1_500 }),
  );
  await write((tx) => markStarted(tx, run));
  expect(await eventsOf(run.task_id)).toEqual([
    { tipo: 'cancelada', momento: 1_500, entrega_id: 5, datos: { error: 'x' } },
  ]);
});

test('when an attempt fails, then the coming one is an event, through the queue and through the API', async () => {
  const run = await accept();
  await write((tx) => markRetrying(tx, run.task_id, { intento: 1, error: 'se cayó', now: 1_100 }));
  const tarea = await findTarea(fixture.database.read, run.task_id);
  const attempt = { params: {}, disponible: 1_300, now: 1_200 };
  await write((tx) => insertAttempt(tx, tarea!, { ...attempt, intento: 2, motivo: 'otra vez' }));
  await write((tx) =>
    insertAttempt(tx, tarea!, { ...attempt, intento: 3, motivo: 'por un Admin', evento: 'reactivada' }),
  );
  const entrega_id = 5;
  expect(await eventsOf(run.task_id)).toEqual([
    { tipo: 'reintento', momento: 1_100, entrega_id, datos: { intento: 1, motivo: 'se cayó' } },
    {
      tipo: 'reintento',
      momento: 1_200,
      entrega_id,
      datos: { intento: 2, motivo: 'otra vez', disponible: 1_300 },
    },
    {
      tipo: 'reactivada',
      momento: 1_200,
      entrega_id,
      datos: { intento: 3, motivo: 'por un Admin', disponible: 1_300 },
    },
  ]);
});

test('when tasks are sent, then each has its event, with its delivery', async () => {
  const [first, second] = [await accept(), await accept()];
  await write((tx) => insertEncoladas(tx, [second.task_id, first.task_id, 'desconocida'], 1_050));
  for (const { task_id } of [first, second])
    expect(await eventsOf(task_id)).toEqual([
      { tipo: 'encolada', momento: 1_050, entrega_id: 5, datos: null },
    ]);
});
