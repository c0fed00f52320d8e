import { Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectForBlocking } from '@medisupply/shared/redis/connect';
import { procesarEntrega } from '@medisupply/shared/tasks/logistica';
import { QUEUE_PREFIX } from '@medisupply/shared/queueing/wire/queue-client';
import { confirm } from '../../services/logistica-inventario/test/support.ts';
import type { Platform } from '../../tests/support/platform.ts';
import { startPlatform, until } from '../../tests/support/platform.ts';
import { deathsOf } from '../src/run-job.ts';
import { LOCKS } from '../src/run-queue.ts';
import { handleInstead, jobOf, tareaOf } from './support.ts';

let platform: Platform;
let connection: Redis;

beforeAll(async () => {
  platform = await startPlatform();
  const { logger } = platform.logistica.container;
  connection = connectForBlocking(
    { REDIS_URL: platform.redis!.url, password: platform.redisPassword },
    logger,
  );
});

afterAll(async () => {
  connection.disconnect();
  await platform.close();
});

test(
  'when a worker dies with a job in its hands, then another one applies it within 15 s',
  { timeout: 60_000 },
  async () => {
    const { body } = await confirm(platform, 7);
    // What a worker that is gone leaves behind: a job that is active, with a lock that nobody renews.
    const gone = new Worker('logistica', null, {
      connection,
      prefix: QUEUE_PREFIX,
      autorun: false,
      ...LOCKS,
    });
    await until(async () => (await gone.getNextJob('ficha', { block: false })) !== undefined);
    const died = Date.now();
    const worker = await platform.startWorker();
    await until(async () => (await tareaOf(platform, body.task_id)).estado === 'SUCCESS', 45_000);
    expect(Date.now() - died).toBeLessThan(15_000);
    expect((await jobOf(platform, 'logistica', body.task_id)).attemptsStarted).toBe(2);
    await worker.close();
    await gone.close();
  },
);

test(
  'when a run is so slow that its lock is lost, then it does not count as a death of its worker',
  { timeout: 60_000 },
  async () => {
    const worker = await platform.startWorker();
    const runs: PromiseWithResolvers<null>[] = [];
    handleInstead(worker, procesarEntrega, () => {
      const run = Promise.withResolvers<null>();
      runs.push(run);
      return run.promise;
    });
    const { body } = await confirm(platform, 7);
    await until(() => runs.length === 1);
    const began = performance.now();
    const { redis } = platform.logistica.container.queues;
    const deaths = async () => deathsOf(await jobOf(platform, 'logistica', body.task_id));
    // As when its loop is blocked until the lock runs out.
    await redis.del(`${QUEUE_PREFIX}:logistica:${body.task_id}-0-0:lock`);
    await until(() => runs.length === 2, 30_000);
    expect(await deaths()).toBe(1);
    await until(() => performance.now() - began > LOCKS.lockDuration, 30_000);
    runs[0]!.reject(new Error('tarde'));
    await until(async () => (await deaths()) === 0);
    runs[1]!.resolve(null);
    await worker.close();
  },
);
