import { randomUUID } from 'node:crypto';
import { Worker } from 'bullmq';
import type { QueueClient } from '@medisupply/shared/queueing/wire/queue-client';
import { createQueueClient, QUEUE_PREFIX } from '@medisupply/shared/queueing/wire/queue-client';
import { connectForBlocking } from '@medisupply/shared/redis/connect';
import { startRedis } from '@medisupply/shared/testing/redis-server';
import type { RedisServer } from '@medisupply/shared/testing/redis-server';
import { createHeartbeat } from '@medisupply/shared/queueing/control/heartbeat';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createThroughput } from '../src/probes/throughput.ts';
import type { DataDir } from '@medisupply/shared/testing/data-dir';
import type { Monitor } from './support.ts';
import { createDataDir } from '@medisupply/shared/testing/data-dir';
import { until } from '@medisupply/shared/testing/until';
import { startMute } from '@medisupply/shared/testing/fake-service';
import { connected, silent, startMonitor, workerState } from './support.ts';

let data: DataDir;
let redis: RedisServer;
/** Monitor itself only looks. */
let queues: QueueClient;
let monitor: Monitor;
let closers: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  data = await createDataDir();
  redis = await startRedis({ users: data.secrets('redis') });
  queues = createQueueClient({ REDIS_URL: redis.url, password: data.redisPassword }, silent());
  await until(() => queues.isConnected());
});
beforeEach(async () => {
  monitor = await startMonitor(data, { REDIS_URL: redis.url });
  closers.push(() => monitor.close());
  await connected(monitor);
  await redis.operator.flushall();
});
afterEach(async () => {
  for (const close of closers.toReversed()) await close();
  closers = [];
});
afterAll(async () => {
  await queues.close();
  await redis.stop();
  await data.remove();
});

const queue = (name: 'default' | 'logistica' | 'monitor') => queues.queue(name);

const empty = {
  length: 0,
  waiting: 0,
  active: 0,
  delayed: 0,
  failed: 0,
  completed: 0,
  paused: false,
  status: 'idle',
};

/** A worker of its own, as the platform's: it counts what it completes. */
function work(run: (name: string) => Promise<unknown>): Worker {
  const connection = connectForBlocking({ REDIS_URL: redis.url, password: data.redisPassword }, silent());
  const worker = new Worker('logistica', (job) => run(job.name), {
    connection,
    prefix: QUEUE_PREFIX,
    concurrency: 2,
    metrics: { maxDataPoints: 60 },
  });
  closers.push(async () => {
    await worker.close(true);
    connection.disconnect();
  });
  return worker;
}

describe('GET /monitor/queue', () => {
  it('when jobs are in every state, then they are counted', async () => {
    await queue('logistica').addBulk([
      ...['ok', 'ok', 'fails', 'hangs'].map((name) => ({ name, data: {} })),
      { name: 'later', data: {}, opts: { delay: 60_000 } },
    ]);
    await queue('monitor').pause();
    await queue('monitor').add('waits', {});
    const hanging = Promise.withResolvers<void>();
    closers.push(async () => hanging.resolve());
    work(async (name) => {
      if (name === 'fails') throw new Error('no');
      if (name === 'hangs') await hanging.promise;
    });

    await vi.waitFor(
      async () => {
        const { status, body } = await monitor.get('/monitor/queue');
        expect(status).toBe(200);
        expect(body).toEqual({
          queues: {
            default: { ...empty, throughput: expect.toBeOneOf([0, null]) },
            celery: { ...empty, throughput: expect.toBeOneOf([0, null]), alias_de: 'default' },
            logistica: {
              ...empty,
              length: 1,
              delayed: 1,
              active: 1,
              failed: 1,
              completed: 2,
              status: 'active',
              throughput: expect.anything(),
            },
            monitor: {
              ...empty,
              length: 1,
              waiting: 1,
              paused: true,
              status: 'active',
              throughput: expect.toBeOneOf([0, null]),
            },
          },
          timestamp: expect.stringMatching(/Z$/),
        });
      },
      { timeout: 10_000, interval: 200 },
    );
  });

  it('when Redis is down or silent, then 503 problem+json within 2.5 s', async () => {
    const mute = await startMute();
    closers.push(() => mute.close());
    for (const url of ['redis://127.0.0.1:1', mute.redis]) {
      const without = await startMonitor(data, { REDIS_URL: url });
      closers.push(() => without.close());
      const { status, body, ms } = await without.get('/monitor/queue');
      expect({ status, body }).toMatchObject({
        status: 503,
        body: { status: 503, detail: expect.stringContaining('Redis no responde') },
      });
      expect(ms).toBeLessThan(2_500);
    }
  });
});

describe('throughput', () => {
  it('when jobs were completed between two samples, then it is their number per minute', async () => {
    let time = 0;
    const throughput = createThroughput(monitor.container.queues, { now: () => time });
    expect(await throughput.read()).toEqual({ default: null, logistica: null, monitor: null });

    await queue('logistica').addBulk(Array.from({ length: 6 }, () => ({ name: 'ok', data: {} })));
    work(async () => undefined);
    await vi.waitFor(async () => expect(await queue('logistica').getCompletedCount()).toBe(6));

    time = 30_000;
    expect(await throughput.read()).toEqual({ default: 0, logistica: 12, monitor: 0 });
    time = 60_000;
    expect(await throughput.read()).toEqual({ default: 0, logistica: 6, monitor: 0 });
    // The samples of the first half minute are older than the window now.
    time = 120_000;
    expect(await throughput.read()).toEqual({ default: 0, logistica: 0, monitor: 0 });
  });

  it('when Redis was emptied, then it measures anew instead of a negative rate', async () => {
    let time = 0;
    await queue('logistica').add('ok', {});
    work(async () => undefined);
    await vi.waitFor(async () => expect(await queue('logistica').getCompletedCount()).toBe(1));
    const throughput = createThroughput(monitor.container.queues, { now: () => time });
    await throughput.read();
    await redis.operator.flushall();
    time = 30_000;
    expect(await throughput.read()).toEqual({ default: null, logistica: null, monitor: null });
  });
});

describe('GET /monitor/workers', () => {
  it('when workers are alive, then they are listed with what they do, and a stopped one is gone', async () => {
    const active = [
      { task_id: randomUUID(), name: 'logistica.procesar_entrega', started: new Date().toISOString() },
    ];
    const [first, second] = ['a', 'b'].map((id) =>
      createHeartbeat({
        redis: redis.operator,
        liveKey: monitor.container.liveKey,
        logger: silent(),
        snapshot: () => workerState({ id, ...(id === 'b' ? { active, status: 'active' } : {}) }),
      }),
    );
    first?.start();
    second?.start();
    closers.push(async () => first?.stop());
    await vi.waitFor(async () =>
      expect((await monitor.get('/monitor/workers')).body).toMatchObject({ total_workers: 2 }),
    );

    const last_seen = expect.stringMatching(/Z$/);
    expect(await monitor.get('/monitor/workers')).toMatchObject({
      status: 200,
      body: {
        workers: [
          { ...workerState({ id: 'a' }), key: 'medisupply:worker:a', last_seen },
          { ...workerState({ id: 'b', active, status: 'active' }), last_seen },
        ],
        total_workers: 2,
        timestamp: last_seen,
      },
    });
    await second?.stop();
    expect((await monitor.get('/monitor/workers')).body).toMatchObject({
      workers: [{ id: 'a' }],
      total_workers: 1,
    });
  });

  it('when no worker runs, then the list is empty', async () => {
    expect(await monitor.get('/monitor/workers')).toMatchObject({
      status: 200,
      body: { workers: [], total_workers: 0 },
    });
  });

  it('when Redis is down, then none, and why', async () => {
    const without = await startMonitor(data, { REDIS_URL: 'redis://127.0.0.1:1' });
    closers.push(() => without.close());
    expect(await without.get('/monitor/workers')).toMatchObject({
      status: 200,
      body: { workers: [], total_workers: 0, motivo: expect.stringContaining('Redis no responde') },
    });
  });
});
