import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createRevocationList } from '@medisupply/shared/security/revocations';
import { startRedis } from '@medisupply/shared/testing/redis-server';
import type { RedisServer } from '@medisupply/shared/testing/redis-server';
import { bearer, startAutorizador } from './support.ts';
import type { Autorizador } from './support.ts';

let server: RedisServer;
let autorizador: Autorizador;

beforeAll(async () => {
  server = await startRedis();
  await server.kill();
  autorizador = await startAutorizador({ redisUrl: server.url });
});

afterAll(async () => {
  await autorizador.close();
  await server.stop();
});

test('when Redis was never up, then autorizador is ready (degraded), logs in, signs, limits, and says so once', async () => {
  expect(await autorizador.call('GET', '/readyz')).toMatchObject({
    status: 200,
    body: { status: 'degraded', checks: { base_de_datos: 'ok', redis: 'falta' } },
  });
  const { nombre } = await autorizador.newUsuario();
  expect((await autorizador.login(nombre)).status).toBe(200);
  const statuses = [];
  for (let i = 0; i < 7; i++) statuses.push((await autorizador.login(nombre, 'equivocada')).status);
  expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429]);
  expect(autorizador.logged.filter((line) => line.includes('"level":"warn"'))).toHaveLength(1);
});

test('when a role changes while Redis is down, then the others learn of it once Redis is back, without a restart', async () => {
  const admin = await autorizador.adminToken();
  const { id, token } = await autorizador.newUsuario();
  expect((await autorizador.call('PATCH', `/usuarios/${id}`, { activo: false }, bearer(admin))).status).toBe(
    200,
  );
  expect((await autorizador.call('POST', '/sign-data', {}, bearer(token))).status).toBe(401);

  await server.start();
  const redis = new Redis(server.url);
  const elsewhere = createRevocationList({
    redis,
    findTokenKey: autorizador.container.keySet.findTokenKey,
    logger: autorizador.container.logger,
    pollMs: 50,
  });
  await vi.waitFor(() => expect(elsewhere.isRevoked(id, 1)).toBe(true), { timeout: 12_000, interval: 50 });
  elsewhere.close();
  redis.disconnect();
  expect((await autorizador.call('GET', '/readyz')).body.status).toBe('ready');
});

test('when Redis hangs, then a login still answers within two seconds, counting in memory', async () => {
  const { nombre } = await autorizador.newUsuario();
  server.pause();
  try {
    const started = performance.now();
    expect((await autorizador.login(nombre)).status).toBe(200);
    expect(performance.now() - started).toBeLessThan(2_000);
    expect((await autorizador.login(nombre, 'equivocada')).status).toBe(401);
  } finally {
    server.resume();
  }
});

test('when it starts anew, then it still refuses the tokens that were revoked minutes ago', async () => {
  const admin = await autorizador.adminToken();
  const { id, token } = await autorizador.newUsuario();
  await autorizador.call('PATCH', `/usuarios/${id}`, { roles: ['System'] }, bearer(admin));
  const again = await startAutorizador({ dataDir: autorizador.dataDir });
  try {
    expect((await again.call('POST', '/sign-data', {}, bearer(token))).status).toBe(401);
  } finally {
    await again.close();
  }
});
