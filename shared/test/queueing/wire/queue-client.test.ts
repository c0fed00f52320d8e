import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLogger } from '../../../src/logging/logger.ts';
import type { QueueClient } from '../../../src/queueing/wire/queue-client.ts';
import { createQueueClient } from '../../../src/queueing/wire/queue-client.ts';
import type { RedisServer } from '../../../src/testing/redis-server.ts';
import { startRedis } from '../../../src/testing/redis-server.ts';
import { until } from '../../../src/testing/until.ts';

let redis: RedisServer;
let queues: QueueClient;

beforeEach(async () => {
  redis = await startRedis();
  queues = createQueueClient(
    { REDIS_URL: redis.url, password: '' },
    createLogger('prueba', { level: 'silent' }),
  );
});

afterEach(async () => {
  redis.resume();
  await queues.close();
  await redis.stop();
});

test('when Redis hangs just as the queues are made, then they are made anew on the same connection', async () => {
  let readies = 0;
  let told = 0;
  queues.redis.prependListener('ready', () => {
    readies += 1;
    redis.pause();
  });
  queues.onConnected(() => (told += 1));
  await until(() => readies === 1);
  // A command that runs into its own time limit: by then the queues have given up, too.
  await expect(queues.redis.ping()).rejects.toThrow('timed out');
  expect({ connected: queues.isConnected(), told }).toEqual({ connected: false, told: 0 });
  redis.resume();
  await until(() => queues.isConnected());
  expect({ readies, told }).toEqual({ readies: 1, told: 1 });
  await expect(queues.queue('monitor').count()).resolves.toBe(0);
});
