import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { RedisServer } from '@medisupply/shared/testing/redis-server';
import { until } from '@medisupply/shared/testing/until';
import { startRedis } from '@medisupply/shared/testing/redis-server';
import { bearer, CONTRASENA, startAutorizador } from './support.ts';
import type { Autorizador, AutorizadorOptions } from './support.ts';

const started: Autorizador[] = [];
afterEach(async () => {
  for (const autorizador of started.splice(0)) await autorizador.close();
});

async function start(options: AutorizadorOptions): Promise<Autorizador> {
  const autorizador = await startAutorizador(options);
  started.push(autorizador);
  return autorizador;
}

const signup = (autorizador: Autorizador, nombre: string, headers = {}) =>
  autorizador.call('POST', '/signup', { nombre, contrasena: CONTRASENA }, headers);

const registroOf = async (autorizador: Autorizador) => (await autorizador.call('GET', '/registro')).body;

describe('REGISTRO', () => {
  test('when nothing is set, then it is open to all', async () => {
    const autorizador = await start({});
    expect(await registroOf(autorizador)).toEqual({ registro: 'abierto', primer_acceso: true });
    expect((await signup(autorizador, 'ana')).status).toBe(201);
  });

  test('when it is aprobado, then an account works once an Admin activates it', async () => {
    const autorizador = await start({ env: { REGISTRO: 'aprobado' } });
    expect(await registroOf(autorizador)).toEqual({ registro: 'aprobado', primer_acceso: true });
    const { status, body } = await signup(autorizador, 'ana');
    expect([status, body]).toEqual([
      201,
      {
        mensaje: 'Cuenta creada; un administrador debe aprobarla',
        usuario: { id: expect.any(Number), nombre: 'ana', roles: ['usuario'], activo: false },
      },
    ]);
    expect(await autorizador.login('ana')).toMatchObject({
      status: 403,
      body: {
        type: 'urn:medisupply:problem:cuenta-pendiente',
        detail: 'Un administrador debe aprobar su cuenta antes de que pueda entrar',
      },
    });
    // Only to whoever knows the password.
    expect((await autorizador.login('ana', 'no es esta')).status).toBe(401);

    const admin = bearer(await autorizador.adminToken());
    const { body: usuarios } = await autorizador.call('GET', '/usuarios', undefined, admin);
    expect(usuarios[0]).toMatchObject({ nombre: 'ana', activo: false, pendiente: true });
    const path = `/usuarios/${body.usuario.id}`;
    const { body: granted } = await autorizador.call('PATCH', path, { roles: ['System'] }, admin);
    expect(granted).toMatchObject({ roles: ['System'], activo: false, pendiente: true });
    const { body: admitted } = await autorizador.call('PATCH', path, { activo: true }, admin);
    expect(admitted).toMatchObject({ activo: true });
    expect(admitted).not.toHaveProperty('pendiente');
    expect((await autorizador.login('ana')).status).toBe(200);
    await autorizador.call('PATCH', path, { activo: false }, admin);
    expect((await autorizador.login('ana')).status).toBe(401);
  });

  test('when an Admin refuses an account, then it is like any deactivated one', async () => {
    const autorizador = await start({ env: { REGISTRO: 'aprobado' } });
    const { id } = (await signup(autorizador, 'ana')).body.usuario;
    const admin = bearer(await autorizador.adminToken());
    const { body } = await autorizador.call('PATCH', `/usuarios/${id}`, { activo: false }, admin);
    expect(body).not.toHaveProperty('pendiente');
    expect((await autorizador.login('ana')).status).toBe(401);
  });

  test('when it is cerrado, then 403, and an Admin creates users all the same', async () => {
    const autorizador = await start({ env: { REGISTRO: 'cerrado' } });
    expect(await registroOf(autorizador)).toEqual({ registro: 'cerrado', primer_acceso: true });
    expect(await signup(autorizador, 'ana')).toMatchObject({
      status: 403,
      headers: { 'content-type': 'application/problem+json; charset=utf-8' },
      body: { detail: 'El registro está cerrado; pida una cuenta a un administrador' },
    });
    const admin = bearer(await autorizador.adminToken());
    expect((await autorizador.call('POST', '/usuarios', { nombre: 'ana' }, admin)).status).toBe(201);
  });
});

describe('SIGNUP_RATE', () => {
  let server: RedisServer;
  beforeAll(async () => void (server = await startRedis()));
  afterAll(() => server.stop());

  const from = (address: string) => ({ 'x-forwarded-for': address });

  test.each([
    ['without Redis', () => undefined],
    ['with Redis', () => server.url],
  ])(
    'when one address signs up 21 times (%s), then the last is a 429, and others go on',
    async (_, redisUrl) => {
      const url = redisUrl();
      const autorizador = await start({
        env: { TRUST_PROXY: 'loopback', SIGNUP_RATE: '6' },
        ...(url ? { redisUrl: url } : {}),
      });
      if (url) await until(() => autorizador.container.redis.status === 'ready');
      const statuses = [];
      for (let i = 0; i < 21; i++)
        statuses.push((await signup(autorizador, `persona ${i}a`, from('203.0.113.7'))).status);
      expect(statuses).toEqual([...Array.from({ length: 20 }, () => 201), 429]);
      const refused = await signup(autorizador, 'tarde', from('203.0.113.7'));
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
      expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60);
      expect((await signup(autorizador, 'de otra parte', from('203.0.113.8'))).status).toBe(201);

      const figures = await autorizador.call('GET', '/metrics', undefined, {
        'i-api-key': autorizador.secret('metrics/service_key'),
      });
      expect(figures.text).toMatch(/^medisupply_refusals_total\{status="429",reason="registro",.*\} 2$/m);
    },
  );

  test('when it is 0, then there is no limit', async () => {
    const autorizador = await start({ env: { SIGNUP_RATE: '0' } });
    for (let i = 0; i < 30; i++) expect((await signup(autorizador, `persona ${i}b`)).status).toBe(201);
  });
});

test('when more sign-ups come than can be hashed, then some get a 503, logins go on, and no stack is logged', async () => {
  const autorizador = await start({ contrasenas: 'real' });
  const signups = Promise.all(Array.from({ length: 80 }, (_, i) => signup(autorizador, `avalancha ${i}a`)));
  // The flood is in when the first of it are refused.
  await expect.poll(() => autorizador.logged.join()).toContain('Demasiados registros a la vez');
  expect((await autorizador.login('admin', autorizador.secret('admin_contrasena'))).status).toBe(200);

  const statuses = (await signups).map(({ status }) => status);
  expect(new Set(statuses)).toEqual(new Set([201, 503]));
  const said = autorizador.logged.filter((line) => /"level":"(warn|error)"/.test(line));
  const refusals = said.filter((line) => line.includes('registros a la vez'));
  expect(refusals).toHaveLength(1);
  expect(refusals[0]?.length).toBeLessThan(500);
}, 20_000);

test('when the first administrator has changed the password, then nobody is told where the first one lies', async () => {
  const autorizador = await start({});
  expect(await registroOf(autorizador)).toMatchObject({ primer_acceso: true });
  const actual = autorizador.secret('admin_contrasena');
  const admin = bearer(await autorizador.adminToken());
  const changed = await autorizador.call('POST', '/contrasena', { actual, nueva: CONTRASENA }, admin);
  expect(changed.status).toBe(200);
  expect(await registroOf(autorizador)).toMatchObject({ primer_acceso: false });
});
