import { afterEach, beforeEach, expect, test } from 'vitest';
import { Scheduler, scheduledTaskId } from '../../../src/queueing/relay/scheduler.ts';
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
  await scheduler.tick(now);
  expect(await scheduler.tick(now + 60_000)).toHaveLength(1);
  expect(woken).toBe(2);
  const tareas = await fixture.database.read
    .selectFrom('tarea')
    .select(['tipo', 'creada_por', 'estado'])
    .execute();
  expect(tareas).toEqual(
    Array.from({ length: 2 }, () => ({
      tipo: 'monitor.health_check',
      creada_por: 'programada',
      estado: 'PENDING',
    })),
  );
});
