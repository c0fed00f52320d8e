/** Two processes on one database and one Redis: what one of them learns counts at the other. */
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startRedis } from '@medisupply/shared/testing/redis-server';
import type { RedisServer } from '@medisupply/shared/testing/redis-server';
import { bearer, CONTRASENA, startAutorizador } from './support.ts';
import type { Autorizador } from './support.ts';

const OUR_PAGE = 'http://localhost:4200';

let redis: RedisServer;
let one: Autorizador;
let other: Autorizador;

beforeAll(async () => {
  redis = await startRedis();
  const options = {
    redisUrl: redis.url,
    corsOrigins: OUR_PAGE,
    env: { SIGNUP_RATE: '6', SIGNUP_BURST: '20' },
  };
  one = await startAutorizador(options);
  other = await startAutorizador({ ...options, dataDir: one.dataDir });
  for (const { container } of [one, other])
    if (container.redis.status !== 'ready') await once(container.redis, 'ready');
});
afterAll(async () => {
  await other.close();
  await one.close();
  await redis.stop();
});

test('when a login fails at both in turn, then the failures count together', async () => {
  const { nombre } = await one.newUsuario();
  const statuses = [];
  for (const replica of [one, other, one, other, one])
    statuses.push((await replica.login(nombre, 'equivocada')).status);
  expect(statuses).toEqual([401, 401, 401, 401, 401]);
  expect((await other.login(nombre)).status).toBe(429);
  expect((await one.login(nombre)).status).toBe(429);
});

test('when a browser logged in at one, then the other counts its failures apart as well', async () => {
  const { nombre } = await one.newUsuario();
  const credentials = { nombre, contrasena: CONTRASENA };
  const entered = await one.call('POST', '/login', credentials, { origin: OUR_PAGE });
  const cookies = entered.headers['set-cookie'] ?? [];
  const cookie = cookies.find((each) => each.startsWith('dispositivo='))?.split(';')[0] ?? '';
  for (let n = 0; n < 5; n++) await other.login(nombre, 'equivocada');
  expect((await other.login(nombre)).status).toBe(429);
  const known = await other.call('POST', '/login', credentials, { cookie });
  expect(known.status).toBe(200);
});

test('when an account is closed at one, then the other refuses its token as soon as it reads of it', async () => {
  const admin = await one.adminToken();
  const { id, token } = await one.newUsuario();
  const ask = (replica: Autorizador) => replica.call('POST', '/sign-data', {}, bearer(token));
  expect((await ask(other)).status).not.toBe(401);
  expect((await one.call('PATCH', `/usuarios/${id}`, { activo: false }, bearer(admin))).status).toBe(200);
  expect((await ask(one)).status).toBe(401);
  await vi.waitFor(async () => expect((await ask(other)).status).toBe(401), {
    timeout: 10_000,
    interval: 100,
  });
});

test('when an address signs up at both, then its sign-ups count together', async () => {
  const statuses = [];
  for (let n = 0; n < 21; n++) {
    const body = { nombre: `repartida ${n}`, contrasena: CONTRASENA };
    statuses.push((await (n % 2 ? one : other).call('POST', '/signup', body)).status);
  }
  expect(statuses.filter((status) => status === 201).length).toBeLessThanOrEqual(20);
  expect(statuses.at(-1)).toBe(429);
  expect((await one.call('POST', '/signup', { nombre: 'una más', contrasena: CONTRASENA })).status).toBe(429);
});
