import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createOutbox } from '../../../src/queueing/relay/outbox.ts';
import { onPostgres } from '../../../src/testing/test-database.ts';
import type { OutboxFixture } from '../relay/support.ts';
import { outboxFixture, QUEUE_KEY, silent, until } from '../relay/support.ts';

let fixture: OutboxFixture;

beforeEach(async () => {
  fixture = await outboxFixture();
});

afterEach(async () => {
  vi.useRealTimers();
  await fixture.close();
});

const DAY = 24 * 3_600_000;

// Faked timers would be the driver's deadlines as well.
test.skipIf(onPostgres)(
  'when a process lives for minutes only, then expired rows are removed all the same',
  async () => {
    const { database, queues } = fixture;
    const now = Date.now();
    const processed = (task_id: string, days: number) => ({ task_id, procesada: now - days * DAY });
    await database.unitOfWork.write((tx) =>
      tx
        .insertInto('tarea_procesada')
        .values([
          ...Array.from({ length: 1_200 }, (_, n) => processed(`vieja-${n}`, 91)),
          processed('reciente', 89),
        ])
        .execute(),
    );
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const outbox = createOutbox({
      database,
      queues,
      queueKey: () => QUEUE_KEY,
      liveKey: () => QUEUE_KEY,
      logger: silent,
      relayPollMs: 60_000,
      viewersOf: () => Promise.resolve(new Map()),
    });
    outbox.start();
    await vi.advanceTimersByTimeAsync(120_000);
    vi.useRealTimers();
    const left = () => database.read.selectFrom('tarea_procesada').select('task_id').execute();
    await until(async () => (await left()).length === 1);
    expect(await left()).toEqual([{ task_id: 'reciente' }]);
    await outbox.stop();
  },
);
