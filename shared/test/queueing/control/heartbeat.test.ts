import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RedisServer } from '../../../src/testing/redis-server.ts';
import { startRedis } from '../../../src/testing/redis-server.ts';
import type { Heartbeat, WorkerState } from '../../../src/queueing/control/heartbeat.ts';
import {
  createHeartbeat,
  HEARTBEAT_TTL_MS,
  readWorkers,
  WORKER_INDEX,
  WORKER_KEY_PREFIX,
} from '../../../src/queueing/control/heartbeat.ts';

const LIVE_KEY = 'una clave de lo que se muestra en vivo';

const logger = () => ({ warn: vi.fn<() => void>(), info: vi.fn<() => void>() });

const state = (overrides: Partial<WorkerState> = {}): WorkerState => ({
  id: 'host-1-a',
  host: 'host',
  pid: 1,
  queues: ['default', 'logistica', 'monitor'],
  concurrency: 8,
  processed: 3,
  failed: 1,
  active: [{ task_id: 't1', name: 'monitor.health_check', started: '2025-01-01T00:00:00.000Z' }],
  rss: 50_000_000,
  event_loop_lag_ms: 1.5,
  uptime: 12,
  status: 'active',
  faults: { FAULT_RATE: 0, FAULT_LATENCY_MS: 0 },
  ...overrides,
});

let server: RedisServer;
let redis: Redis;
const running: Heartbeat[] = [];

beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    commandTimeout: 500,
    retryStrategy: () => 50,
    lazyConnect: true,
  });
  redis.on('error', () => undefined);
  await redis.connect();
});
beforeEach(() => redis.flushall());
afterEach(async () => {
  await Promise.all(running.splice(0).map((heartbeat) => heartbeat.stop()));
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

function start(snapshot: () => WorkerState, log = logger(), beatMs = 30): Heartbeat {
  const heartbeat = createHeartbeat({ redis, liveKey: () => LIVE_KEY, logger: log, snapshot, beatMs });
  running.push(heartbeat);
  heartbeat.start();
  return heartbeat;
}

describe('heartbeat', () => {
  it('when workers run, then they are listed with what they said last and when', async () => {
    let processed = 0;
    start(() => state({ id: 'b', processed: ++processed }));
    start(() => state({ id: 'a' }));
    await vi.waitFor(async () =>
      expect((await readWorkers(redis, LIVE_KEY))[1]?.processed).toBeGreaterThan(1),
    );

    const [first, second] = await readWorkers(redis, LIVE_KEY);
    expect(first).toEqual({ ...state({ id: 'a' }), last_seen: expect.any(String) });
    expect(second?.id).toBe('b');
    expect(Math.abs(Date.now() - Date.parse(first?.last_seen ?? ''))).toBeLessThan(2_000);
  });

  it('when a worker stops, then it is gone at once, from the index as well', async () => {
    const heartbeat = start(() => state());
    await vi.waitFor(async () => expect(await readWorkers(redis, LIVE_KEY)).toHaveLength(1));
    await heartbeat.stop();

    expect(await readWorkers(redis, LIVE_KEY)).toEqual([]);
    expect(await redis.zcard(WORKER_INDEX)).toBe(0);
  });

  it('when a worker dies without a word, then Redis forgets it within 12 s', async () => {
    start(() => state());
    await vi.waitFor(async () => expect(await readWorkers(redis, LIVE_KEY)).toHaveLength(1));

    const ttl = await redis.pttl(`${WORKER_KEY_PREFIX}host-1-a`);
    expect(ttl).toBeGreaterThan(0);
    expect(ttl).toBeLessThanOrEqual(HEARTBEAT_TTL_MS);
    expect(HEARTBEAT_TTL_MS).toBeLessThanOrEqual(12_000);
  });

  it('when ids of dead workers are left in the index, then they are not listed and the next beat removes them', async () => {
    await redis.zadd(WORKER_INDEX, Date.now() - 120_000, 'long-dead', Date.now(), 'just-dead');
    expect(await readWorkers(redis, LIVE_KEY)).toEqual([]);

    start(() => state({ id: 'alive' }));
    await vi.waitFor(async () =>
      expect(await redis.zrange(WORKER_INDEX, 0, -1)).toEqual(['just-dead', 'alive']),
    );
  });

  it('when a key holds something else, then it is passed over', async () => {
    await redis.zadd(WORKER_INDEX, 1, 'text', 2, 'json', 3, 'wrong');
    await redis.mset(
      `${WORKER_KEY_PREFIX}text`,
      'not json',
      `${WORKER_KEY_PREFIX}json`,
      '{"id":"json"}',
      `${WORKER_KEY_PREFIX}wrong`,
      JSON.stringify({ ...state(), pid: 'x', last_seen: new Date().toISOString() }),
    );
    expect(await readWorkers(redis, LIVE_KEY)).toEqual([]);
  });

  it('when somebody forges a heartbeat, or puts one there again later or for another, then it is not shown as a worker', async () => {
    start(() => state());
    await vi.waitFor(async () => expect(await readWorkers(redis, LIVE_KEY)).toHaveLength(1));
    const genuine = (await redis.get(`${WORKER_KEY_PREFIX}host-1-a`)) ?? '';
    await Promise.all(running.splice(0).map((heartbeat) => heartbeat.stop()));
    const json = JSON.stringify({ ...state({ id: 'forged' }), last_seen: new Date().toISOString() });
    await redis.zadd(WORKER_INDEX, 1, 'forged', 2, 'unsigned', 3, 'another');
    await redis.mset(
      `${WORKER_KEY_PREFIX}forged`,
      `${'A'.repeat(43)} ${json}`,
      `${WORKER_KEY_PREFIX}unsigned`,
      json,
      `${WORKER_KEY_PREFIX}another`,
      genuine,
    );
    expect(await readWorkers(redis, LIVE_KEY)).toEqual([]);

    await redis.zadd(WORKER_INDEX, 4, 'host-1-a');
    await redis.set(`${WORKER_KEY_PREFIX}host-1-a`, genuine);
    expect(await readWorkers(redis, LIVE_KEY)).toHaveLength(1);
    vi.spyOn(redis, 'time').mockResolvedValue([
      Math.ceil(Date.now() / 1_000) + HEARTBEAT_TTL_MS / 1_000 + 1,
      0,
    ]);
    expect(await readWorkers(redis, LIVE_KEY)).toEqual([]);
    vi.restoreAllMocks();
  });

  it('when Redis hangs, then beats go on after it, one line tells of it and one of its end', async () => {
    const log = logger();
    let beats = 0;
    start(() => state({ processed: ++beats }), log);
    await vi.waitFor(async () => expect(await readWorkers(redis, LIVE_KEY)).toHaveLength(1));

    const time = vi.spyOn(redis, 'time');
    server.pause();
    try {
      await vi.waitFor(() => expect(log.warn).toHaveBeenCalledOnce(), { timeout: 5_000 });
      // The next failing beat must stay silent: the one after it begins when it has failed.
      const attempts = time.mock.calls.length;
      await vi.waitFor(() => expect(time.mock.calls.length).toBeGreaterThan(attempts + 1), {
        timeout: 5_000,
      });
      expect(log.warn).toHaveBeenCalledOnce();
      expect(log.info).not.toHaveBeenCalled();
    } finally {
      server.resume();
    }
    const before = beats;
    await vi.waitFor(() => expect(log.info).toHaveBeenCalledOnce(), { timeout: 5_000 });
    await vi.waitFor(() => expect(beats).toBeGreaterThan(before));
  });

  it('when the connection is not there yet, then the first beat comes with it', async () => {
    const late = new Redis(server.url, { lazyConnect: true });
    const heartbeat = createHeartbeat({
      redis: late,
      liveKey: () => LIVE_KEY,
      logger: logger(),
      snapshot: () => state(),
      beatMs: 60_000,
    });
    try {
      heartbeat.start();
      await late.connect();
      await vi.waitFor(async () => expect(await readWorkers(redis, LIVE_KEY)).toHaveLength(1));
    } finally {
      await heartbeat.stop();
      late.disconnect();
    }
  });

  it('when Redis is down, then nothing throws, nothing piles up, stop returns, and it is listed again after it', async () => {
    const log = logger();
    start(() => state(), log);
    await vi.waitFor(async () => expect(await readWorkers(redis, LIVE_KEY)).toHaveLength(1));

    await server.kill();
    await vi.waitFor(() => expect(redis.status).not.toBe('ready'));
    await start(() => state({ id: 'never' }), log).stop();
    await server.start();

    await vi.waitFor(
      async () =>
        expect((await readWorkers(redis, LIVE_KEY)).map((worker) => worker.id)).toEqual(['host-1-a']),
      {
        timeout: 5_000,
      },
    );
    expect(log.warn.mock.calls.length).toBeLessThanOrEqual(1);
  });
});
