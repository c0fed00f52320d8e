import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLogger, getTasksByQueue, listTasksFromRedis } from '@medisupply/shared';
import type { QueueClient } from '@medisupply/shared/queueing/wire/queue-client';
import { createQueueClient } from '@medisupply/shared/queueing/wire/queue-client';
import { signEnvelope } from '@medisupply/shared/queueing/wire/envelope';
import { QUEUES, taskRegistry } from '@medisupply/shared/tasks/registry';
import type { RedisServer } from '@medisupply/shared/testing/redis-server';
import { startRedis } from '@medisupply/shared/testing/redis-server';
import { until } from '@medisupply/shared/testing/until';

let redis: RedisServer;
let queues: QueueClient;

beforeAll(async () => {
  redis = await startRedis();
  queues = createQueueClient({ REDIS_URL: redis.url, password: '' }, createLogger('t', { level: 'silent' }));
  await until(() => queues.isConnected());
});

afterAll(async () => {
  await queues.close();
  await redis.stop();
});

async function send(queue: string, name: string): Promise<string> {
  const task_id = randomUUID();
  const envelope = signEnvelope({ v: 1, queue, name, task_id, intento: 2, params: { secreto: 7 } }, 'clave');
  await queues.addBulk([{ queue, jobId: `${task_id}-2-0`, envelope, attempts: 1 }], 2_000);
  return task_id;
}

test('when the tasks of a queue are asked for, then they are those that declare it', () => {
  const names = (queue: string) => getTasksByQueue(queue).map(({ name }) => name);
  for (const queue of QUEUES) {
    expect(names(queue)).toEqual(taskRegistry.filter((task) => task.queue === queue).map(({ name }) => name));
  }
  expect(names('monitor')).toContain('monitor.ping_logistica');
  expect(names('ninguna')).toEqual([]);
});

test('when tasks are in Redis, then they are listed newest first, with their state and without parameters', async () => {
  expect(await listTasksFromRedis(queues)).toEqual([]);
  const first = await send('monitor', 'monitor.ping_logistica');
  await until(async () => (await queues.queue('monitor').getWaitingCount()) === 1);
  const second = await send('logistica', 'logistica.invariantes');
  await queues.queue('default').add('otra.cosa', null, { delay: 60_000, jobId: 'ajena' });
  const common = { intento: 2, timestamp: expect.stringMatching(/Z$/) };
  const tasks = await listTasksFromRedis(queues);
  expect(tasks).toHaveLength(3);
  expect(tasks).toEqual(
    expect.arrayContaining([
      { ...common, task_id: first, name: 'monitor.ping_logistica', queue: 'monitor', state: 'waiting' },
      { ...common, task_id: second, name: 'logistica.invariantes', queue: 'logistica', state: 'waiting' },
      { ...common, task_id: 'ajena', name: 'otra.cosa', queue: 'default', state: 'delayed', intento: null },
    ]),
  );
  const times = tasks.map(({ timestamp }) => timestamp);
  expect(times).toEqual(times.toSorted().toReversed());
  expect(await listTasksFromRedis(queues, { limit: 1 })).toHaveLength(1);
  expect(await listTasksFromRedis(queues, { queues: ['monitor'], states: ['waiting'] })).toEqual([
    expect.objectContaining({ task_id: first }),
  ]);
});

test('when Redis was never there, then it says so', async () => {
  const away = createQueueClient(
    { REDIS_URL: 'redis://127.0.0.1:1', password: '' },
    createLogger('t', { level: 'silent' }),
  );
  await expect(listTasksFromRedis(away)).rejects.toThrow('Redis no está conectado');
  await away.close();
});
