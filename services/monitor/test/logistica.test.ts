import { startRedis } from '@medisupply/shared/testing/redis-server';
import type { RedisServer } from '@medisupply/shared/testing/redis-server';
import { createHeartbeat } from '@medisupply/shared/queueing/control/heartbeat';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { estadoLogistica, ping as pingSchema } from '@medisupply/shared/contracts/monitor/ping';
import type { DataDir } from '@medisupply/shared/testing/data-dir';
import type { Monitor } from './support.ts';
import { createDataDir } from '@medisupply/shared/testing/data-dir';
import {
  answering,
  healthyService,
  silentService,
  startMute,
  startService,
} from '@medisupply/shared/testing/fake-service';
import { connected, NOWHERE, silent, startMonitor, workerState } from './support.ts';

let data: DataDir;
let redis: RedisServer;
let closers: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  data = await createDataDir();
  redis = await startRedis({ users: data.secrets('redis') });
});
afterEach(async () => {
  for (const close of closers.toReversed()) await close();
  closers = [];
});
afterAll(async () => {
  await redis.stop();
  await data.remove();
});

async function monitorOf(logisticaUrl: string, env: NodeJS.ProcessEnv = {}): Promise<Monitor> {
  const started = await startMonitor(data, { REDIS_URL: redis.url, LOGISTICA_URL: logisticaUrl, ...env });
  closers.push(() => started.close());
  return started;
}

async function logistica(...args: Parameters<typeof startService>): Promise<string> {
  const started = await startService(...args);
  closers.push(() => started.close());
  return started.url;
}

const ping = (overrides: Record<string, unknown>) => ({
  target_service: 'logistica_inventario',
  message: expect.any(String),
  response_time_ms: expect.any(Number),
  http_status: null,
  timestamp: expect.stringMatching(/Z$/),
  ping_successful: false,
  ...overrides,
});

describe('GET /monitor/ping-logistica', () => {
  it('when logistica answers, then 200 with the measured time', async () => {
    const url = await logistica((_request, response) => {
      setTimeout(() => response.end('{"status":"healthy"}'), 120);
    });
    const { status, body } = await (await monitorOf(url)).get('/monitor/ping-logistica');
    expect(status).toBe(200);
    expect(body).toEqual(ping({ status: 'healthy', http_status: 200, ping_successful: true }));
    const { response_time_ms } = pingSchema.parse(body);
    expect(response_time_ms).toBeGreaterThanOrEqual(115);
    expect(response_time_ms).toBeLessThan(1_000);
  });

  it('when nobody listens, then 503 unreachable', async () => {
    const { status, body } = await (await monitorOf(NOWHERE)).get('/monitor/ping-logistica');
    expect({ status, body }).toEqual({ status: 503, body: ping({ status: 'unreachable' }) });
  });

  it('when logistica is silent, then 408 timeout within 2.5 s', async () => {
    const url = await logistica(silentService);
    const { status, body, ms } = await (await monitorOf(url)).get('/monitor/ping-logistica');
    expect({ status, body }).toEqual({ status: 408, body: ping({ status: 'timeout' }) });
    expect(pingSchema.parse(body).response_time_ms).toBeGreaterThanOrEqual(1_950);
    expect(ms).toBeLessThan(2_500);
  });

  it('when logistica trickles its answer, then 408 within 2.5 s', async () => {
    const url = await logistica((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const timer = setInterval(() => response.write(' '), 50);
      response.on('close', () => clearInterval(timer));
    });
    const { status, ms } = await (await monitorOf(url)).get('/monitor/ping-logistica');
    expect(status).toBe(408);
    expect(ms).toBeLessThan(2_500);
  });

  it('when logistica answers with an error, then 503 degraded', async () => {
    const url = await logistica(answering(500, '{"error":"x"}'));
    const { status, body } = await (await monitorOf(url)).get('/monitor/ping-logistica');
    expect({ status, body }).toEqual({ status: 503, body: ping({ status: 'degraded', http_status: 500 }) });
  });

  it.each([
    ['HTML', 200, '<html>'],
    ['cut JSON', 200, '{"status":"hea'],
    ['an array', 200, '["healthy"]'],
    ['something else', 200, '{"status":"true"}'],
    ['a megabyte', 200, JSON.stringify({ status: 'healthy', filler: 'x'.repeat(1_000_000) })],
  ])('when logistica answers with %s, then 500 error', async (_name, code, text) => {
    const url = await logistica(answering(code, text));
    const { status, body } = await (await monitorOf(url)).get('/monitor/ping-logistica');
    expect({ status, body }).toEqual({ status: 500, body: ping({ status: 'error', http_status: 200 }) });
  });

  it('when what answers does not speak HTTP, then 500 error', async () => {
    const garbage = await startMute('SSH-2.0-OpenSSH\r\n');
    closers.push(() => garbage.close());
    const running = await monitorOf(garbage.http);
    const { status, body } = await running.get('/monitor/ping-logistica');
    expect({ status, body }).toEqual({ status: 500, body: ping({ status: 'error' }) });
  });
});

async function statusOf(monitor: Monitor) {
  const { status: code, body, ms } = await monitor.get('/monitor/logistica-status');
  expect(code).toBe(200);
  return { ...estadoLogistica.strict().parse(body), ms };
}

async function withWorker(monitor: Monitor, queues: ('default' | 'logistica' | 'monitor')[]) {
  await connected(monitor);
  const heartbeat = createHeartbeat({
    redis: redis.operator,
    liveKey: monitor.container.liveKey,
    logger: silent(),
    snapshot: () => workerState({ queues }),
  });
  closers.push(() => heartbeat.stop());
  heartbeat.start();
  await vi.waitFor(async () =>
    expect((await monitor.get('/monitor/workers')).body).toMatchObject({ total_workers: 1 }),
  );
}

describe('GET /monitor/logistica-status', () => {
  it('when logistica answers and a worker serves its queue, then healthy and nothing to recommend', async () => {
    const monitor = await monitorOf(await logistica(healthyService('logistica-inventario')));
    await withWorker(monitor, ['logistica']);
    expect(await statusOf(monitor)).toEqual({
      service: 'logistica_inventario',
      overall_status: 'healthy',
      ping_echo: ping({ status: 'healthy', http_status: 200, ping_successful: true }),
      broker_status: {
        status: 'connected',
        ping: true,
        response_time_ms: expect.any(Number),
        version: expect.any(String),
        aof: true,
        maxmemory_policy: 'noeviction',
        waiting: 0,
        failed: 0,
        workers: 1,
        redis_connected: true,
        redis_ping: true,
        queues: expect.objectContaining({ logistica: expect.objectContaining({ waiting: 0 }) }),
        timestamp: expect.stringMatching(/Z$/),
      },
      last_check: expect.stringMatching(/Z$/),
      diagnostico: [],
      recommendations: [],
      ms: expect.any(Number),
    });
  });

  it('when no worker serves its queue, then degraded and it says so', async () => {
    const monitor = await monitorOf(await logistica(healthyService('logistica-inventario')));
    await withWorker(monitor, ['monitor']);
    const found = await statusOf(monitor);
    expect(found.overall_status).toBe('degraded');
    expect(found.recommendations).toEqual(['Arranque un worker: nadie atiende la cola logistica']);
  });

  it('when logistica is down, then 200 critical', async () => {
    const found = await statusOf(await monitorOf(NOWHERE));
    expect(found.overall_status).toBe('critical');
    expect(found.ping_echo.status).toBe('unreachable');
    expect(found.recommendations[0]).toContain('Arranque logistica-inventario');
  });

  it('when Redis is silent and logistica too, then 200 critical within 2.5 s', async () => {
    const mute = await startMute();
    closers.push(() => mute.close());
    const found = await statusOf(await monitorOf(await logistica(silentService), { REDIS_URL: mute.redis }));
    expect(found.overall_status).toBe('critical');
    expect(found.broker_status).toMatchObject({ status: 'disconnected', waiting: null, workers: null });
    expect(found.ms).toBeLessThan(2_500);
  });

  it('when only Redis is down, then critical', async () => {
    const found = await statusOf(
      await monitorOf(await logistica(healthyService('logistica-inventario')), {
        REDIS_URL: 'redis://127.0.0.1:1',
      }),
    );
    expect(found.overall_status).toBe('critical');
    expect(found.recommendations).toEqual([expect.stringContaining('Recupere Redis')]);
  });
});
