import { mkdtemp, rm } from 'node:fs/promises';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '@medisupply/shared/db/sqlite/migrate';
import { stateOfDatabase } from '@medisupply/shared/db/sqlite/database-file';
import { onPostgres } from '@medisupply/shared/testing/test-database';
import { openSqlite } from '@medisupply/shared/db/sqlite/open-sqlite';
import { createApp } from '@medisupply/shared/http/create-app';
import { listen } from '@medisupply/shared/lifecycle/run-process';
import { startRedis } from '@medisupply/shared/testing/redis-server';
import type { RedisServer } from '@medisupply/shared/testing/redis-server';
import { createHeartbeat } from '@medisupply/shared/queueing/control/heartbeat';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Estado } from '@medisupply/shared/contracts/monitor/estado';
import { estado } from '@medisupply/shared/contracts/monitor/estado';
import type { DataDir } from '@medisupply/shared/testing/data-dir';
import type { FakeService } from '@medisupply/shared/testing/fake-service';
import type { Monitor } from './support.ts';
import { createDataDir } from '@medisupply/shared/testing/data-dir';
import {
  answering,
  closeServer,
  healthyService,
  silentService,
  startMute,
  startService,
  urlOf,
} from '@medisupply/shared/testing/fake-service';
import { connected, silent, startMonitor, workerState } from './support.ts';

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

async function monitor(env: NodeJS.ProcessEnv = {}): Promise<Monitor> {
  const started = await startMonitor(data, { REDIS_URL: redis.url, ...env });
  closers.push(() => started.close());
  return started;
}

async function service(...args: Parameters<typeof startService>): Promise<FakeService> {
  const started = await startService(...args);
  closers.push(() => started.close());
  return started;
}

async function status(of: Monitor): Promise<Estado & { ms: number }> {
  const { status: code, body, ms } = await of.get('/monitor/status');
  expect(code).toBe(200);
  // The answer is exactly what the documentation says.
  return { ...estado.strict().parse(body), ms };
}

describe('GET /monitor/status', () => {
  it('when all is well, then every part is measured', async () => {
    const logistica = await service(healthyService('logistica-inventario'));
    const autorizador = await service(healthyService('autorizador', 'degraded'));
    const running = await monitor({ LOGISTICA_URL: logistica.url, AUTORIZADOR_URL: autorizador.url });
    await connected(running);
    const heartbeat = createHeartbeat({
      redis: redis.operator,
      liveKey: running.container.liveKey,
      logger: silent(),
      snapshot: () => workerState(),
    });
    heartbeat.start();
    await vi.waitFor(async () => expect((await status(running)).workers).toHaveLength(1));

    const found = await status(running);
    await heartbeat.stop();
    expect(found.redis).toEqual({
      status: 'connected',
      ping: true,
      response_time_ms: expect.any(Number),
      version: expect.stringMatching(/^\d+\.\d+/),
      aof: true,
      maxmemory_policy: 'noeviction',
    });
    expect(found.servicios).toMatchObject({
      'logistica-inventario': {
        status: 'healthy',
        response_time_ms: expect.any(Number),
        version: '1.2.3',
      },
      autorizador: { status: 'degraded', response_time_ms: expect.any(Number), version: '1.2.3' },
      monitor: { status: 'unreachable', response_time_ms: expect.any(Number), version: null },
      'bull-board': { status: 'unreachable', response_time_ms: expect.any(Number), version: null },
    });
    expect(found.workers).toEqual([{ ...workerState(), last_seen: expect.any(String) }]);
    expect(Object.keys(found.queues ?? {})).toEqual(['default', 'logistica', 'monitor']);
    expect(found.celery.status).toBe('idle');
    expect(found.celery.keys_count).toBeGreaterThanOrEqual(2);
    expect(found.fallas_inyectadas).toEqual({
      activas: false,
      procesos: [
        { proceso: 'monitor', FAULT_RATE: 0, FAULT_LATENCY_MS: 0 },
        { proceso: 'worker host-1', FAULT_RATE: 0, FAULT_LATENCY_MS: 0 },
      ],
    });
  });

  it('when a service takes its time, then its response time says so', async () => {
    const slow = await service((_request, response) => {
      setTimeout(() => response.end('{"status":"healthy"}'), 200);
    });
    const { servicios } = await status(await monitor({ LOGISTICA_URL: slow.url }));
    expect(servicios['logistica-inventario']?.response_time_ms).toBeGreaterThanOrEqual(195);
    expect(servicios['logistica-inventario']?.response_time_ms).toBeLessThan(1_500);
  });

  it('when services fail in every way, then each is named for what it did and the answer is 200 in 2.5 s', async () => {
    const html = await service(answering(200, '<html>', 'text/html'));
    const broken = await service(answering(500, '{"status":500}'));
    const mute = await service(silentService);
    const garbage = await startMute('SSH-2.0-OpenSSH\r\n');
    closers.push(() => garbage.close());
    const found = await status(
      await monitor({
        LOGISTICA_URL: html.url,
        AUTORIZADOR_URL: broken.url,
        MONITOR_URL: mute.url,
        BULL_BOARD_URL: garbage.http,
      }),
    );
    const words = Object.fromEntries(
      Object.entries(found.servicios).map(([name, { status: word }]) => [name, word]),
    );
    expect(words).toMatchObject({
      'logistica-inventario': 'error',
      autorizador: 'unhealthy',
      monitor: 'timeout',
      'bull-board': 'error',
    });
    expect(found.ms).toBeLessThan(2_500);
  });

  it('when a service redirects or sends megabytes, then it is not followed and not read to the end', async () => {
    const target = vi.fn<() => void>();
    const other = await service((_request, response) => {
      target();
      response.end('{"status":"healthy"}');
    });
    const redirecting = await service((_request, response) => {
      response.writeHead(302, { location: other.url, 'content-type': 'application/json' }).end('{}');
    });
    const endless = await service((_request, response) => {
      const timer = setInterval(() => response.write('x'.repeat(64 * 1024)), 1);
      response.on('close', () => clearInterval(timer));
    });
    const { servicios } = await status(
      await monitor({ LOGISTICA_URL: redirecting.url, AUTORIZADOR_URL: endless.url }),
    );
    expect(servicios['logistica-inventario']?.status).toBe('unhealthy');
    expect(servicios['autorizador']?.status).toBe('error');
    expect(target).not.toHaveBeenCalled();
  });

  // Files, damaged ones among them, and their logs.
  it.skipIf(onPostgres)(
    'when databases are there, missing or damaged, then each is said so, with its schema and sizes',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'medisupply-bases-'));
      closers.push(() => rm(folder, { recursive: true }));
      const file = join(folder, 'logistica.db');
      await migrate(file, { '001-a': { up: async () => undefined }, '002-b': { up: async () => undefined } });
      const open = openSqlite(file);
      closers.push(() => open.close());
      const damaged = join(folder, 'autorizador.db');
      writeFileSync(damaged, 'not a database, but long enough to be one'.repeat(50));
      const { authenticator } = (await monitor()).container;
      const telling = async (name: string, of: string) => {
        const server = await listen(
          createApp(name, { logger: silent(), authenticator, base: () => stateOfDatabase(of) }),
          0,
          '127.0.0.1',
          'PORT',
        );
        closers.push(() => closeServer(server));
        return urlOf(server);
      };
      const LOGISTICA_URL = await telling('logistica-inventario', file);
      const running = await monitor({
        LOGISTICA_URL,
        AUTORIZADOR_URL: await telling('autorizador', damaged),
      });
      // Files of its own folder are not what it goes by.
      writeFileSync(join(data.path, 'logistica.db'), 'somebody else’s');
      closers.push(() => rm(join(data.path, 'logistica.db')));
      const { bases } = await status(running);
      expect(bases).toMatchObject({
        logistica: {
          status: 'ok',
          schema: '002-b',
          size: expect.any(Number),
          wal_size: expect.any(Number),
          error: null,
        },
        autorizador: { status: 'error', schema: null, size: 2_050, wal_size: 0, error: 'SQLITE_NOTADB' },
      });
      expect(bases['logistica']?.size).toBeGreaterThan(0);
      const itself = await monitor({ MONITOR_URL: running.url });
      const { bases: others } = await status(itself);
      expect(others['monitor']).toEqual({
        status: 'ok',
        schema: '002-actividad-por-tipo',
        size: expect.any(Number),
        wal_size: expect.any(Number),
        error: null,
      });
      expect(others['logistica']).toEqual({
        status: 'missing',
        schema: null,
        size: null,
        wal_size: null,
        error: null,
      });
    },
  );

  it('when a service has no database, then it is not shown the key that others tell of theirs for', async () => {
    const shown: unknown[] = [];
    const board = await service((request, response) => {
      shown.push(request.headers['i-api-key']);
      answering(200, '{}')(request, response);
    });
    await status(await monitor({ BULL_BOARD_URL: board.url }));
    expect(shown).toEqual([undefined, undefined]);
  });

  it('when faults are switched on, here or in a worker, then they are shown', async () => {
    const running = await monitor({ FAULT_LATENCY_MS: '25' });
    await connected(running);
    const heartbeat = createHeartbeat({
      redis: redis.operator,
      liveKey: running.container.liveKey,
      logger: silent(),
      snapshot: () => workerState({ id: 'w', faults: { FAULT_RATE: 0.1, FAULT_LATENCY_MS: 0 } }),
    });
    heartbeat.start();
    await vi.waitFor(async () => expect((await status(running)).workers).toHaveLength(1));

    const { fallas_inyectadas } = await status(running);
    await heartbeat.stop();
    expect(fallas_inyectadas).toEqual({
      activas: true,
      procesos: [
        { proceso: 'monitor', FAULT_RATE: 0, FAULT_LATENCY_MS: 25 },
        { proceso: 'worker w', FAULT_RATE: 0.1, FAULT_LATENCY_MS: 0 },
      ],
    });
  });

  it('when faults are switched on in production without ALLOW_FAULTS, then it does not start', async () => {
    await expect(monitor({ FAULT_RATE: '0.5', NODE_ENV: 'production' })).rejects.toThrow('FAULT_RATE');
  });

  it('when many ask at the same time, then the services are asked once', async () => {
    let calls = 0;
    const logistica = await service((request, response) => {
      if (request.url === '/health') calls += 1;
      setTimeout(() => response.end('{"status":"healthy"}'), 150);
    });
    const running = await monitor({ LOGISTICA_URL: logistica.url });
    await Promise.all(Array.from({ length: 20 }, () => status(running)));
    expect(calls).toBe(1);
  });
});

const expectDisconnected = (found: Estado & { ms: number }) => {
  expect(found.redis).toEqual({
    status: 'disconnected',
    ping: false,
    response_time_ms: null,
    version: null,
    aof: null,
    maxmemory_policy: null,
  });
  expect(found.queues).toBeNull();
  expect(found.workers).toBeNull();
  expect(found.celery).toEqual({ status: 'disconnected', keys_count: null });
  expect(found.ms).toBeLessThan(2_500);
};

describe('GET /monitor/status without Redis', () => {
  it('when Redis was never there, then 200 with disconnected, and the rest is measured', async () => {
    const logistica = await service(healthyService('logistica-inventario'));
    const found = await status(
      await monitor({ REDIS_URL: 'redis://127.0.0.1:1', LOGISTICA_URL: logistica.url }),
    );
    expectDisconnected(found);
    expect(found.servicios['logistica-inventario']?.status).toBe('healthy');
    expect(found.bases['logistica']?.status).toBe('ok');
  });

  it('when Redis accepts and never answers, then 200 with disconnected within 2.5 s', async () => {
    const mute = await startMute();
    closers.push(() => mute.close());
    const found = await status(await monitor({ REDIS_URL: mute.redis }));
    expectDisconnected(found);
    expect(found.ms).toBeLessThan(2_500);
  });

  it('when a connected Redis hangs, then 200 with disconnected within 2.5 s, and connected again after it', async () => {
    const running = await monitor();
    await connected(running);
    redis.pause();
    try {
      expectDisconnected(await status(running));
    } finally {
      redis.resume();
    }
    await vi.waitFor(async () => expect((await status(running)).redis.status).toBe('connected'), {
      timeout: 10_000,
    });
  });

  it('when the password is wrong, then 200 with disconnected', async () => {
    const other = await startRedis({ password: 'x'.repeat(20) });
    closers.push(() => other.stop());
    const logistica = await service(healthyService('logistica-inventario'));
    const found = await status(await monitor({ REDIS_URL: other.url, LOGISTICA_URL: logistica.url }));
    expectDisconnected(found);
    expect(found.bases['logistica']?.status).toBe('ok');
  });
});
