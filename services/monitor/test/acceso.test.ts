import { startRedis } from '@medisupply/shared/testing/redis-server';
import type { RedisServer } from '@medisupply/shared/testing/redis-server';
import { publishRevocations, signRevocation } from '@medisupply/shared/security/revocations';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { DataDir } from '@medisupply/shared/testing/data-dir';
import type { Monitor } from './support.ts';
import { createDataDir } from '@medisupply/shared/testing/data-dir';
import { connected, startMonitor } from './support.ts';
import { VERSION } from '@medisupply/shared/version';

let data: DataDir;
let redis: RedisServer;
let monitor: Monitor;

beforeAll(async () => {
  data = await createDataDir();
  redis = await startRedis({ users: data.secrets('redis') });
  monitor = await startMonitor(data, { REDIS_URL: redis.url });
  await connected(monitor);
});
afterAll(async () => {
  await monitor.close();
  await redis.stop();
  await data.remove();
});

const PATHS = [
  '/monitor/status',
  '/monitor/queue',
  '/monitor/workers',
  '/monitor/ping-logistica',
  '/monitor/logistica-status',
  '/monitor/metricas',
  '/monitor/actividad',
];

describe.each(PATHS)('%s', (path) => {
  it('when nobody says who they are, then 401', async () => {
    expect(await monitor.get(path, {})).toMatchObject({ status: 401, body: { status: 401 } });
  });

  it('when the token or the key is bad, then 401', async () => {
    const good = data.token();
    for (const headers of [
      { authorization: 'Bearer' },
      { authorization: `Bearer ${good}x` },
      { authorization: good },
      { authorization: `Bearer ${good}`, 'i-api-key': 'anything' },
    ] as Record<string, string>[]) {
      expect((await monitor.get(path, headers)).status).toBe(401);
    }
  });

  it('when a service key has neither scope, then 403; with one of them it is let in', async () => {
    expect((await monitor.get(path, { 'i-api-key': await data.serviceKey('worker') })).status).toBe(403);
    for (const id of ['metrics', 'operator']) {
      const { status } = await monitor.get(path, { 'i-api-key': await data.serviceKey(id) });
      expect(status).not.toBe(401);
      expect(status).not.toBe(403);
    }
  });
});

it('when the user was deactivated, then the token is refused', async () => {
  const headers = { authorization: `Bearer ${data.token({ usuario_id: 99 })}` };
  expect((await monitor.get('/monitor/workers', headers)).status).toBe(200);
  await publishRevocations(redis.operator, [
    signRevocation({ usuario_id: 99, token_version: 1 }, data.tokenKey),
  ]);
  await vi.waitFor(async () => expect((await monitor.get('/monitor/workers', headers)).status).toBe(401), {
    timeout: 5_000,
  });
});

it('when asked for health and documentation, then they are open', async () => {
  expect(await monitor.get('/health', {})).toMatchObject({
    status: 200,
    body: {
      status: 'healthy',
      service: 'monitor',
      version: VERSION,
      timestamp: expect.any(String),
    },
  });
  expect((await monitor.get('/livez', {})).status).toBe(200);
  expect(await monitor.get('/readyz', {})).toMatchObject({ status: 200, body: { status: 'ready' } });
  expect((await monitor.get('/openapi.json', {})).body).toMatchObject({
    openapi: '3.1.0',
    paths: Object.fromEntries(PATHS.map((path) => [path, { get: expect.anything() }])),
  });
});

it('when asked whether it is ready, then only a key that may measure is told of the database', async () => {
  const told = async (headers: Record<string, string>) => {
    const { status, body } = await monitor.get('/readyz', headers);
    return [status, Object.keys(body as object)];
  };
  const open = [200, ['status', 'checks']];
  expect(await told({})).toEqual(open);
  expect(await told({ authorization: `Bearer ${data.token({ roles: ['Admin'] })}` })).toEqual(open);
  expect(await told({ 'i-api-key': 'metrics.nada' })).toEqual(open);
  expect(await told({ 'i-api-key': await data.serviceKey('worker') })).toEqual(open);
  for (const id of ['metrics', 'monitor', 'operator'])
    expect(await told({ 'i-api-key': await data.serviceKey(id) })).toEqual([
      200,
      ['status', 'checks', 'base'],
    ]);
});

it('when Redis is down, then ready but degraded', async () => {
  const without = await startMonitor(data, { REDIS_URL: 'redis://127.0.0.1:1' });
  try {
    expect(await without.get('/readyz', {})).toMatchObject({ status: 200, body: { status: 'degraded' } });
  } finally {
    await without.close();
  }
});

it('when the path does not exist, then 404 problem+json', async () => {
  expect(await monitor.get('/monitor/nada')).toMatchObject({ status: 404, body: { status: 404 } });
});
