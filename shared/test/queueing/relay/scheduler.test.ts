import { afterEach, beforeEach, expect, test } from 'vitest';
import { Scheduler, scheduledTaskId } from '../../../src/queueing/relay/scheduler.ts';
import { failTask } from '../../../src/queueing/store/task-store.ts';
import { healthCheck, pingLogistica } from '../../../src/tasks/monitor.ts';
import type { OutboxFixture } from './support.ts';
import { outboxFixture, silent } from './support.ts';

let fixture: OutboxFixture;

beforeEach(async () => {
  fixture = await outboxFixture();
});

afterEach(() => fixture.close());

const newScheduler = (woken: () => void = () => {}) =>
  new Scheduler({
    database: fixture.database,
    tasks: [healthCheck, pingLogistica],
    logger: silent,
    wakeRelay: woken,
  });

const finish = (taskId: string) =>
  fixture.database.unitOfWork.write((tx) =>
    failTask(tx, taskId, { estado: 'FAILURE', error: 'prueba', evento: 'fallida', now: 1_800_000_000_001 }),
  );

test('when several loops tick in one period, then each scheduled task is inserted once, and tasks without a schedule never', async () => {
  const [one, other] = [newScheduler(), newScheduler()];
  const now = 1_800_000_000_000;
  const inserted = [
    ...(await one.tick(now)),
    ...(await other.tick(now + 1)),
    ...(await one.tick(now + 2_000)),
  ];
  expect(inserted).toEqual([scheduledTaskId('monitor.health_check', Math.floor(now / 60_000))]);
});

test('when the next period begins, then the task is inserted again and the relay is woken', async () => {
  let woken = 0;
  const scheduler = newScheduler(() => (woken += 1));
  const now = 1_800_000_000_000;
  const [first] = await scheduler.tick(now);
  await finish(first!);
  expect(await scheduler.tick(now + 60_000)).toHaveLength(1);
  expect(woken).toBe(2);
  const tareas = await fixture.database.read
    .selectFrom('tarea')
    .select(['tipo', 'creada_por', 'estado'])
    .execute();
  const programada = { tipo: 'monitor.health_check', creada_por: 'programada' };
  expect(tareas).toEqual([
    { ...programada, estado: 'FAILURE' },
    { ...programada, estado: 'PENDING' },
  ]);
});

test('when nobody runs a scheduled task, then no other is added, and the next comes in the period after its end', async () => {
  const scheduler = newScheduler();
  const now = 1_800_000_000_000;
  const [first] = await scheduler.tick(now);
  for (let minute = 1; minute <= 5; minute++) {
    expect(await scheduler.tick(now + minute * 60_000)).toEqual([]);
    expect(await newScheduler().tick(now + minute * 60_000)).toEqual([]);
  }
  await finish(first!);
  expect(await scheduler.tick(now + 5 * 60_000 + 30_000)).toEqual([]);
  expect(await scheduler.tick(now + 6 * 60_000)).toHaveLength(1);
});
