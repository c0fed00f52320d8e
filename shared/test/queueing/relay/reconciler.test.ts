import { Worker } from 'bullmq';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FULL_REVIEWS, Reconciler } from '../../../src/queueing/relay/reconciler.ts';
import { Relay } from '../../../src/queueing/relay/relay.ts';
import { connectForBlocking } from '../../../src/redis/connect.ts';
import { QUEUE_PREFIX } from '../../../src/queueing/wire/queue-client.ts';
import type { OutboxFixture } from './support.ts';
import { outboxFixture, QUEUE_KEY, silent, until } from './support.ts';

let fixture: OutboxFixture;
let relay: Relay;
let reconciler: Reconciler;

/** Later than any review that is due now. */
const later = () => Date.now() + 3_600_000;

beforeEach(async () => {
  fixture = await outboxFixture();
  relay = new Relay({
    database: fixture.database,
    queues: fixture.queues,
    queueKey: () => QUEUE_KEY,
    logger: silent,
    pollMs: 50,
  });
  reconciler = new Reconciler({
    database: fixture.database,
    queues: fixture.queues,
    logger: silent,
    wakeRelay: () => relay.wake(),
  });
  relay.start();
});

afterEach(async () => {
  await reconciler.stop();
  await relay.stop();
  await fixture.close();
});

const sent = async () => (await fixture.rows()).every((row) => row.estado === 'ENVIADO');

test('when Redis forgot what it was sent, then exactly those rows are sent again under the same id', async () => {
  const { task_id } = await fixture.accept();
  await until(sent);
  await fixture.queues.redis.flushall();
  expect(await reconciler.reviewOnce(later())).toBe(1);
  await until(async () => (await fixture.jobIds()).length === 1);
  expect(await fixture.jobIds()).toEqual([`${task_id}-0-0`]);
});

test('when the job still waits, then nothing is sent again and the next look is later', async () => {
  await fixture.accept();
  await until(sent);
  expect(await reconciler.reviewOnce(later())).toBe(0);
  const row = await fixture.database.read
    .selectFrom('outbox')
    .select(['revisiones', 'revisar'])
    .executeTakeFirstOrThrow();
  expect(row.revisiones).toBe(1);
  expect(row.revisar).toBeGreaterThan(later());
});

test('when a row was sent just now, then it is not looked at yet', async () => {
  await fixture.accept();
  await until(sent);
  await fixture.queues.redis.flushall();
  expect(await reconciler.reviewOnce(Date.now())).toBe(0);
});

test(
  'when jobs end without their task being done, then they are sent under a new gen, later each time, without end',
  { timeout: 30_000 },
  async () => {
    const { task_id } = await fixture.accept();
    const connection = connectForBlocking({ REDIS_URL: fixture.redis.url, password: '' }, silent);
    const worker = new Worker('monitor', () => Promise.resolve('nada hecho'), {
      connection,
      prefix: QUEUE_PREFIX,
    });
    const waits: number[] = [];
    try {
      for (let gen = 0; gen <= 8; gen++) {
        await until(async () => (await sent()) && (await state(`${task_id}-0-${gen}`)) === 'completed');
        const now = later();
        await reconciler.reviewOnce(now);
        const { disponible } = await fixture.database.read
          .selectFrom('outbox')
          .select('disponible')
          .executeTakeFirstOrThrow();
        waits.push(disponible - now);
        await fixture.database.unitOfWork.write((tx) =>
          tx.updateTable('outbox').set({ disponible: 0 }).execute(),
        );
      }
    } finally {
      await worker.close();
      connection.disconnect();
    }
    expect(waits).toEqual([0, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000]);
  },
);

const state = (jobId: string) => fixture.queues.jobState('monitor', jobId);

test('when a task is done, then its rows disappear whatever Redis says', async () => {
  const { task_id } = await fixture.accept();
  await until(sent);
  await fixture.database.unitOfWork.write((tx) =>
    tx.insertInto('tarea_procesada').values({ task_id, procesada: Date.now() }).execute(),
  );
  await reconciler.reviewOnce(later());
  expect(await fixture.rows()).toEqual([]);
});

test('when Redis is down, then it waits instead of guessing', async () => {
  await fixture.accept();
  await until(sent);
  await fixture.redis.kill();
  await until(() => !fixture.queues.isConnected());
  expect(await reconciler.reviewOnce(later())).toBe(0);
  expect((await fixture.rows())[0]?.estado).toBe('ENVIADO');
});

test('when Redis loses its jobs under its feet, then all of them are there again within 5 s', async () => {
  const accepted = await Promise.all(Array.from({ length: 450 }, () => fixture.accept()));
  const jobIds = accepted.map(({ task_id }) => `${task_id}-0-0`).toSorted();
  await until(sent);
  reconciler.start();
  const looked = await fixture.queues.memory();

  await fixture.queues.redis.flushall();
  const lost = Date.now();
  await until(async () => (await fixture.jobIds()).length === jobIds.length);
  expect(Date.now() - lost).toBeLessThan(5_000);
  expect(await fixture.jobIds()).toEqual(jobIds);
  expect(await fixture.queues.memory()).not.toBe(looked);
});

test('when Redis starts anew with less than it had, then what is missing is sent again within 5 s', async () => {
  const accepted = await Promise.all(Array.from({ length: 5 }, () => fixture.accept()));
  await until(sent);
  const looks = vi.spyOn(fixture.queues, 'missing');
  reconciler.start();
  await until(() => looks.mock.calls.length === FULL_REVIEWS);
  // What a cut file would have held: the first jobs, and the marker, which is older than all of them.
  const [kept, ...cut] = accepted.map(({ task_id }) => `${task_id}-0-0`);
  await Promise.all(cut.map((jobId) => fixture.queues.queue('monitor').remove(jobId)));
  await fixture.redis.kill();
  await until(() => !fixture.queues.isConnected());
  await fixture.redis.start();
  await until(() => fixture.queues.isConnected());
  const back = Date.now();
  await until(async () => (await fixture.jobIds()).length === 5);
  expect(Date.now() - back).toBeLessThan(5_000);
  expect(await fixture.jobIds()).toEqual([kept!, ...cut].toSorted());
});
