import { Worker } from 'bullmq';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { QUEUES } from '@medisupply/shared/tasks/registry';
import { pingLogistica } from '@medisupply/shared/tasks/monitor';
import type { Platform } from '../../tests/support/platform.ts';
import { startPlatform, until } from '../../tests/support/platform.ts';
import { isWedged } from '../src/watchdog.ts';
import { connectForBlocking } from '@medisupply/shared/redis/connect';
import { QUEUE_PREFIX } from '@medisupply/shared/queueing/wire/queue-client';
import { accept } from './support.ts';

let platform: Platform;

beforeAll(async () => {
  platform = await startPlatform();
});

afterAll(() => platform.close());

test('when jobs wait and nobody takes them, then the workers are wedged, unless the queue was paused', async () => {
  const { queues } = platform.logistica.container;
  await accept(platform, pingLogistica);
  await until(async () => (await queues.queue('monitor').getWaitingCount()) > 0);
  expect(await isWedged(queues)).toBe(true);
  // Periodic tasks may wait in the other queues.
  await Promise.all(QUEUES.map((name) => queues.queue(name).pause()));
  expect(await isWedged(queues)).toBe(false);
  await queues.queue('monitor').resume();
  expect(await isWedged(queues)).toBe(true);
});

test('when somebody limits a queue, by rate or to no job at all, then it is not stuck', async () => {
  const { queues, logger } = platform.logistica.container;
  await Promise.all(QUEUES.map((name) => queues.queue(name).pause()));
  const queue = queues.queue('monitor');
  await queue.setGlobalRateLimit(1, 60_000);
  await queue.resume();
  await accept(platform, pingLogistica);
  await accept(platform, pingLogistica);
  const address = { REDIS_URL: platform.redis!.url, password: platform.redisPassword };
  const connection = connectForBlocking(address, logger);
  const worker = new Worker('monitor', () => Promise.resolve('hecho'), { connection, prefix: QUEUE_PREFIX });
  await until(async () => (await queue.getCompletedCount()) === 1);
  await until(async () => (await queue.getActiveCount()) === 0);
  expect(await queue.getWaitingCount()).toBeGreaterThan(0);
  expect(await isWedged(queues)).toBe(false);
  await worker.close();
  connection.disconnect();

  await queue.removeGlobalRateLimit();
  expect(await isWedged(queues)).toBe(true);
  await queue.setGlobalConcurrency(0);
  expect(await isWedged(queues)).toBe(false);
});
