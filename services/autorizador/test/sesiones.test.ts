import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startRedis } from '@medisupply/shared/testing/redis-server';
import { until } from '@medisupply/shared/testing/until';
import type { RedisServer } from '@medisupply/shared/testing/redis-server';
import { createContrasenas } from '../src/usuarios/contrasenas.ts';
import { bearer, CONTRASENA, FAST, startAutorizador } from './support.ts';
import type { Answer, Autorizador } from './support.ts';

const OUR_PAGE = 'http://localhost:4200';

let server: RedisServer;
let redis: Redis;
let autorizador: Autorizador;
let now = Date.now();

beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url, { maxRetriesPerRequest: null, retryStrategy: () => 20 });
  redis.on('error', () => undefined);
  autorizador = await startAutorizador({
    redisUrl: server.url,
    now: () => now,
    corsOrigins: OUR_PAGE,
    env: { TRUST_PROXY: 'loopback' },
  });
  // It may have been before the rest was.
  await until(() => autorizador.container.redis.status === 'ready');
});

beforeEach(async () => {
  now = Date.now();
  await redis.flushall();
});

afterAll(async () => {
  await autorizador.close();
  redis.disconnect();
  await server.stop();
});

const refresh = (refresh_token: string) => autorizador.call('POST', '/token/refresh', { refresh_token });
const logout = (body: unknown) => autorizador.call('POST', '/logout', body);
const whoAmI = async (token: string) =>
  (await autorizador.call('POST', '/sign-data', {}, bearer(token))).status;

async function loggedIn() {
  const usuario = await autorizador.newUsuario();
  const { body } = await autorizador.login(usuario.nombre);
  return { ...usuario, token: String(body.token), refresh_token: String(body.refresh_token) };
}

describe('POST /login', () => {
  test('when name and password are right, in any spelling of the name, then 200 with both tokens', async () => {
    const { nombre } = await autorizador.newUsuario();
    for (const spelling of [nombre, nombre.toUpperCase()]) {
      const answer = await autorizador.login(spelling);
      expect(answer).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } });
      expect(answer.body).toEqual({
        mensaje: 'Inicio de sesión exitoso',
        token: expect.any(String),
        refresh_token: expect.stringMatching(/^[\w-]{43}$/),
        expira_en: 900,
        usuario: { id: expect.any(Number), nombre: expect.any(String), roles: expect.any(Array) },
      });
      expect(answer.headers['set-cookie']).toBeUndefined();
    }
  });

  test('when user or password is wrong, then the same 401', async () => {
    const { nombre } = await autorizador.newUsuario();
    const answers = [
      await autorizador.login(nombre, 'otra-contrasena'),
      await autorizador.login('no-existe-nadie'),
    ];
    const [wrong, unknown] = answers.map(({ status, body }) => ({
      status,
      body: { ...body, request_id: 'any' },
    }));
    expect(wrong).toEqual(unknown);
    expect(wrong).toMatchObject({
      status: 401,
      body: { error: 'Nombre de usuario o contraseña incorrectos' },
    });
  });

  test.each([
    { nombre: { $gt: '' }, contrasena: { $gt: '' } },
    { nombre: "' OR 1=1 --", contrasena: "' OR 1=1 --" },
    { nombre: 'admin' },
    { nombre: 'admin', contrasena: '' },
  ])('when the body is %j, then 400 or 401', async (body) => {
    expect([400, 401]).toContain((await autorizador.call('POST', '/login', body)).status);
  });

  test('when the hash was made with other parameters, then login makes it anew', async () => {
    const { id, nombre } = await autorizador.newUsuario();
    const old = createContrasenas({
      pepper: autorizador.secret('autorizador/password_pepper'),
      parameters: { ...FAST, timeCost: 3 },
    });
    const contrasena_hash = await old.hash(CONTRASENA);
    const { db } = autorizador.container;
    await db.unitOfWork.write((tx) =>
      tx.updateTable('usuario').set({ contrasena_hash }).where('id', '=', id).execute(),
    );
    expect((await autorizador.login(nombre)).status).toBe(200);
    const row = await db.read
      .selectFrom('usuario')
      .select('contrasena_hash')
      .where('id', '=', id)
      .executeTakeFirst();
    expect(row?.contrasena_hash).toContain('m=64,t=1,p=1');
    expect((await autorizador.login(nombre)).status).toBe(200);
  });

  test('when the pepper is another one, then the right password does not match', async () => {
    const mine = createContrasenas({ pepper: 'a'.repeat(32), parameters: FAST });
    const other = createContrasenas({ pepper: 'b'.repeat(32), parameters: FAST });
    const stored = await mine.hash(CONTRASENA);
    expect([await mine.verify(stored, CONTRASENA), await other.verify(stored, CONTRASENA)]).toEqual([
      true,
      false,
    ]);
  });
});

const fail = (nombre: string, headers = {}) =>
  autorizador.call('POST', '/login', { nombre, contrasena: 'equivocada' }, headers);

const from = (address: string) => ({ 'x-forwarded-for': address });

describe('limits of login', () => {
  test.each([
    ['a known user', true],
    ['an unknown user', false],
  ])(
    'when %s fails five times, then 429 with Retry-After, also for the right password',
    async (_what, known) => {
      const nombre = known ? (await autorizador.newUsuario()).nombre : 'nadie-conocido';
      const statuses = [];
      for (let i = 0; i < 5; i++) statuses.push((await fail(nombre)).status);
      expect(statuses).toEqual([401, 401, 401, 401, 401]);
      const blocked = await autorizador.login(nombre.toUpperCase());
      expect(blocked.status).toBe(429);
      expect(Number(blocked.headers['retry-after'])).toBeGreaterThan(20);
      expect(Number(blocked.headers['retry-after'])).toBeLessThanOrEqual(30);
    },
  );

  test('when the delay is over and it fails again, then the next delay is twice as long', async () => {
    const nombre = 'espera-doble';
    for (let i = 0; i < 5; i++) await fail(nombre);
    const [key = ''] = await redis.keys('{medisupply}/login:espera:*');
    const delays = [await redis.ttl(key)];
    for (let i = 0; i < 6; i++) {
      await redis.del(key);
      expect((await fail(nombre)).status).toBe(401);
      delays.push(await redis.ttl(key));
    }
    expect(delays).toEqual([30, 60, 120, 240, 480, 900, 900]);
  });

  test('when logins succeed, then they are not counted, and they clear the failures', async () => {
    const { nombre } = await autorizador.newUsuario();
    for (let i = 0; i < 4; i++) await fail(nombre);
    for (let i = 0; i < 8; i++) expect((await autorizador.login(nombre)).status).toBe(200);
    for (let i = 0; i < 4; i++) expect((await fail(nombre)).status).toBe(401);
    expect((await autorizador.login(nombre)).status).toBe(200);
  });

  test('when 60 guesses arrive at once, then only a handful are tried', async () => {
    const { nombre } = await autorizador.newUsuario();
    const answers = await Promise.all(Array.from({ length: 60 }, () => fail(nombre)));
    const tried = answers.filter((answer) => answer.status === 401).length;
    expect(tried).toBeGreaterThanOrEqual(5);
    expect(tried).toBeLessThanOrEqual(9);
    expect(answers.length - tried).toBe(answers.filter((answer) => answer.status === 429).length);
  });

  test('when one address fails 100 times over many accounts, then it has to wait, and other addresses do not', async () => {
    const { nombre } = await autorizador.newUsuario();
    for (let i = 0; i < 100; i++) expect((await fail(`relleno-${i}`, from('203.0.113.7'))).status).toBe(401);
    const body = { nombre, contrasena: CONTRASENA };
    expect((await autorizador.call('POST', '/login', body, from('203.0.113.7'))).status).toBe(429);
    expect((await autorizador.call('POST', '/login', body, from('203.0.113.8'))).status).toBe(200);
  });

  const login = (nombre: string, headers: Record<string, string>, contrasena = CONTRASENA) =>
    autorizador.call('POST', '/login', { nombre, contrasena }, headers);

  test('when a stranger fails on a name, then its owner comes in from elsewhere', async () => {
    const { nombre } = await autorizador.newUsuario();
    for (let i = 0; i < 6; i++) await fail(nombre, from('203.0.113.7'));
    expect((await login(nombre, from('203.0.113.7'))).status).toBe(429);
    expect((await login(nombre, from('203.0.113.8'))).status).toBe(200);
  });

  test('when strangers of many addresses fail on a name, then it waits from the hundredth on, but not for a browser that knows it', async () => {
    const { nombre } = await autorizador.newUsuario();
    const [, known = ''] = (await login(nombre, { ...from('203.0.113.9'), origin: OUR_PAGE })).headers[
      'set-cookie'
    ] as string[];
    expect(known).toMatch(
      /^dispositivo=[\w.-]+; Max-Age=15552000; Path=\/api\/v1\/autorizador; HttpOnly; SameSite=Strict$/,
    );
    for (let i = 0; i < 100; i++) expect((await fail(nombre, from(`198.51.100.${i}`))).status).toBe(401);
    expect((await login(nombre, from('203.0.113.8'))).status).toBe(429);
    const cookie = { cookie: known.split(';')[0] ?? '' };
    expect((await login(nombre, { ...from('203.0.113.8'), ...cookie })).status).toBe(200);
    // Nor when its own network is closed.
    for (let i = 0; i < 100; i++) await fail(`relleno-${i}`, from('203.0.113.8'));
    expect((await login(nombre, { ...from('203.0.113.8'), ...cookie })).status).toBe(200);
  });

  test('when a browser that knows the name guesses, then it has five guesses, from wherever', async () => {
    const { nombre } = await autorizador.newUsuario();
    const [, known = ''] = (await login(nombre, { origin: OUR_PAGE })).headers['set-cookie'] as string[];
    const cookie = { cookie: known.split(';')[0] ?? '' };
    for (let i = 0; i < 5; i++)
      expect((await fail(nombre, { ...from(`198.51.100.${i}`), ...cookie })).status).toBe(401);
    expect((await login(nombre, { ...from('203.0.113.8'), ...cookie })).status).toBe(429);
    expect((await login(nombre, from('203.0.113.8'))).status).toBe(200);
  });

  test('when the cookie is of another account, forged or old, then it is worth nothing', async () => {
    const [mine, other] = [await autorizador.newUsuario(), await autorizador.newUsuario()];
    const [, known = ''] = (await login(mine.nombre, { origin: OUR_PAGE })).headers['set-cookie'] as string[];
    const [cookie = ''] = known.split(';');
    for (let i = 0; i < 100; i++) await fail(other.nombre, from(`198.51.100.${i}`));
    for (let i = 0; i < 100; i++) await fail(mine.nombre, from(`198.51.100.${i}`));
    const [id = '', expira = '', mac = ''] = cookie.slice('dispositivo='.length).split('.');
    expect((await login(other.nombre, { cookie })).status).toBe(429);
    for (const value of [
      '',
      `${id}.${Number(expira) + 1}.${mac}`,
      `${id}.${expira}.${'A'.repeat(43)}`,
      `${id}.${expira}`,
    ])
      expect((await login(mine.nombre, { cookie: `dispositivo=${value}` })).status).toBe(429);
    now += 180 * 24 * 3_600_000;
    expect((await login(mine.nombre, { cookie })).status).toBe(429);
  });

  test('when several accounts log in in one browser, then it is known for the last five', async () => {
    const usuarios = [];
    let cookie = '';
    for (let i = 0; i < 6; i++) {
      const { nombre } = await autorizador.newUsuario();
      usuarios.push(nombre);
      const [, known = ''] = (await login(nombre, { origin: OUR_PAGE, cookie })).headers[
        'set-cookie'
      ] as string[];
      [cookie = ''] = known.split(';');
    }
    expect(cookie.length).toBeLessThan(500);
    const [first = '', ...others] = usuarios;
    for (const nombre of usuarios) for (let i = 0; i < 6; i++) await fail(nombre);
    expect((await login(first, { cookie })).status).toBe(429);
    for (const nombre of others) expect((await login(nombre, { cookie })).status).toBe(200);
  });

  test('when names are counted, then they are not readable in Redis', async () => {
    await fail('nombre-muy-secreto');
    const keys = await redis.keys('*');
    expect(keys.length).toBeGreaterThan(0);
    expect(keys.join()).not.toContain('nombre-muy-secreto');
  });

  test('when more logins wait than fit, then 503 with Retry-After', async () => {
    const contrasenas = createContrasenas({ pepper: 'x'.repeat(32), maxAtOnce: 1, maxWaiting: 2 });
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, () => contrasenas.verify(undefined, CONTRASENA)),
    );
    const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    expect(refused).toHaveLength(7);
    expect(refused[0]).toMatchObject({ status: 503, headers: { 'Retry-After': '1' } });
  });
});

test('when the user is unknown, then verifying takes about as long as with a wrong password', async () => {
  const contrasenas = createContrasenas({ pepper: 'x'.repeat(32) });
  const stored = await contrasenas.hash(CONTRASENA);
  const timed = async (hash: string | undefined) => {
    const started = performance.now();
    expect(await contrasenas.verify(hash, 'equivocada')).toBe(false);
    return performance.now() - started;
  };
  await timed(undefined);
  const times: { known: number[]; unknown: number[] } = { known: [], unknown: [] };
  for (let i = 0; i < 7; i++) {
    times.known.push(await timed(stored));
    times.unknown.push(await timed(undefined));
  }
  const [known, unknown] = [Math.min(...times.known), Math.min(...times.unknown)];
  // Without the dummy an unknown user costs a hundredth; the bounds leave room for a busy machine.
  expect(unknown / known).toBeGreaterThan(0.4);
  expect(unknown / known).toBeLessThan(2.5);
});

describe('POST /token/refresh', () => {
  test('when the token is good, then a new pair comes and the new one works in turn', async () => {
    const first = await loggedIn();
    const second = await refresh(first.refresh_token);
    expect(second).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } });
    expect(second.body).toEqual({
      token: expect.any(String),
      refresh_token: expect.stringMatching(/^[\w-]{43}$/),
      expira_en: 900,
    });
    expect(second.body.refresh_token).not.toBe(first.refresh_token);
    expect(await whoAmI(second.body.token)).toBe(400);
    expect((await refresh(second.body.refresh_token)).status).toBe(200);
  });

  test('when a used token comes back, then the whole family is dead, and other sessions live', async () => {
    const first = await loggedIn();
    const elsewhere = (await autorizador.login(first.nombre)).body.refresh_token;
    const second = (await refresh(first.refresh_token)).body.refresh_token;
    expect((await refresh(first.refresh_token)).status).toBe(401);
    expect((await refresh(second)).status).toBe(401);
    expect((await refresh(elsewhere)).status).toBe(200);
  });

  test('when ten requests use one token at once, then one wins and the family is dead', async () => {
    const { refresh_token } = await loggedIn();
    const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(refresh_token)));
    const winners = answers.filter((answer) => answer.status === 200);
    expect(winners).toHaveLength(1);
    expect((await refresh(winners[0]?.body.refresh_token)).status).toBe(401);
  });

  test('when it was not used for seven days, or the session is thirty days old, then 401', async () => {
    const idle = await loggedIn();
    now += 7 * 24 * 3_600_000;
    expect((await refresh(idle.refresh_token)).status).toBe(401);

    let { refresh_token } = await loggedIn();
    for (let day = 6; day < 30; day += 6) {
      now += 6 * 24 * 3_600_000;
      const answer: Answer = await refresh(refresh_token);
      expect(answer.status).toBe(200);
      refresh_token = answer.body.refresh_token;
    }
    now += 6 * 24 * 3_600_000;
    expect((await refresh(refresh_token)).status).toBe(401);
  });

  test('when tokens are stored, then only as hashes', async () => {
    const { refresh_token } = await loggedIn();
    const rows = await autorizador.container.db.read.selectFrom('refresh_token').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(refresh_token);
  });

  test.each([undefined, {}, { refresh_token: 'A'.repeat(43) }])(
    'when the body is %j, then 401',
    async (body) => {
      expect(await autorizador.call('POST', '/token/refresh', body)).toMatchObject({
        status: 401,
        body: { error: 'La sesión terminó; inicie sesión de nuevo' },
      });
    },
  );

  test('when an access token is used as refresh token, or the reverse, then it is refused', async () => {
    const { token, refresh_token } = await loggedIn();
    expect((await refresh(token)).status).toBe(400);
    expect(await whoAmI(refresh_token)).toBe(401);
  });
});

const page = (origin: string, cookie?: string, extra = {}) => ({
  origin,
  ...(cookie ? { cookie } : {}),
  ...extra,
});

const cookieOf = (answer: Answer) => answer.headers['set-cookie']?.[0] ?? '';

const loginFrom = async (headers: Record<string, string>) => {
  const { nombre } = await autorizador.newUsuario();
  return autorizador.call('POST', '/login', { nombre, contrasena: CONTRASENA }, headers);
};

describe('in a browser', () => {
  test('when a page of ours logs in, then the refresh token is an HttpOnly cookie and not in the body', async () => {
    const answer = await loginFrom(page(OUR_PAGE));
    expect(Object.keys(answer.body).toSorted()).toEqual(['expira_en', 'mensaje', 'token', 'usuario']);
    expect(cookieOf(answer)).toMatch(
      /^refresh_token=[\w-]{43}; Max-Age=604800; Path=\/api\/v1\/autorizador; HttpOnly; SameSite=Strict$/,
    );
  });

  test('when the gateway was reached over TLS, then the cookie is Secure', async () => {
    expect(cookieOf(await loginFrom(page(OUR_PAGE, undefined, { 'x-forwarded-proto': 'https' })))).toContain(
      '; Secure',
    );
  });

  test('when the page is same-origin with the gateway, then it counts as ours', async () => {
    const headers = page('https://medisupply.example', undefined, { 'sec-fetch-site': 'same-origin' });
    expect(cookieOf(await loginFrom(headers))).toContain('refresh_token=');
  });

  test('when the cookie is refreshed without a body, then the next cookie replaces it', async () => {
    const [cookie = ''] = cookieOf(await loginFrom(page(OUR_PAGE))).split(';');
    const answer = await autorizador.call(
      'POST',
      '/token/refresh',
      undefined,
      page(OUR_PAGE, `otra=1; ${cookie}`),
    );
    expect(answer).toMatchObject({ status: 200, body: { token: expect.any(String), expira_en: 900 } });
    expect(answer.body.refresh_token).toBeUndefined();
    expect(cookieOf(answer)).toMatch(/^refresh_token=[\w-]{43};/);
    expect(cookieOf(answer)).not.toContain(cookie);
  });

  test.each<[string, Record<string, string>]>([
    ['an evil origin', { origin: 'https://evil.example' }],
    ['an evil origin that looks like ours', { origin: 'http://localhost:4200.evil.example' }],
    ['the null origin', { origin: 'null' }],
    ['the null origin, same-origin', { origin: 'null', 'sec-fetch-site': 'same-origin' }],
    ['cross-site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    ['no origin', {}],
  ])('when the cookie comes from %s, then 403 and the session lives on', async (_what, headers) => {
    const [cookie = ''] = cookieOf(await loginFrom(page(OUR_PAGE))).split(';');
    for (const path of ['/token/refresh', '/logout']) {
      expect((await autorizador.call('POST', path, {}, { cookie, ...headers })).status).toBe(403);
    }
    expect((await autorizador.call('POST', '/token/refresh', {}, page(OUR_PAGE, cookie))).status).toBe(200);
  });

  test('when it logs out, then the cookie is removed and worthless', async () => {
    const [cookie = ''] = cookieOf(await loginFrom(page(OUR_PAGE))).split(';');
    const answer = await autorizador.call('POST', '/logout', undefined, page(OUR_PAGE, cookie));
    expect(answer.status).toBe(200);
    expect(cookieOf(answer)).toMatch(
      /^refresh_token=; Max-Age=0; Path=\/api\/v1\/autorizador; HttpOnly; SameSite=Strict$/,
    );
    expect((await autorizador.call('POST', '/token/refresh', {}, page(OUR_PAGE, cookie))).status).toBe(401);
  });

  test('when an origin is not ours, then CORS does not let its page read anything (hole 11)', async () => {
    for (const origin of ['https://evil.example', 'null']) {
      const { headers } = await autorizador.call('GET', '/health', undefined, { origin });
      expect(headers['access-control-allow-origin']).toBeUndefined();
    }
    const { headers } = await autorizador.call('GET', '/health', undefined, { origin: OUR_PAGE });
    expect(headers).toMatchObject({
      'access-control-allow-origin': OUR_PAGE,
      'access-control-allow-credentials': 'true',
    });
  });
});

describe('POST /logout', () => {
  test('when a session is closed, then its refresh token is worthless and other sessions live', async () => {
    const first = await loggedIn();
    const second = (await autorizador.login(first.nombre)).body;
    expect(await logout({ refresh_token: first.refresh_token })).toMatchObject({
      status: 200,
      body: { mensaje: 'Sesión cerrada' },
    });
    expect((await refresh(first.refresh_token)).status).toBe(401);
    expect((await refresh(second.refresh_token)).status).toBe(200);
  });

  test('when todas is asked for, then every session and every access token of the user ends', async () => {
    const first = await loggedIn();
    const second = (await autorizador.login(first.nombre)).body;
    expect((await logout({ refresh_token: first.refresh_token, todas: true })).status).toBe(200);
    expect((await refresh(second.refresh_token)).status).toBe(401);
    expect([await whoAmI(first.token), await whoAmI(second.token)]).toEqual([401, 401]);
    const again = (await autorizador.login(first.nombre)).body;
    expect(await whoAmI(again.token)).toBe(400);
  });

  test('when there is no refresh token, or an unknown or used one, then 401', async () => {
    const { refresh_token } = await loggedIn();
    await refresh(refresh_token);
    for (const body of [
      undefined,
      {},
      { todas: true },
      { refresh_token: 'B'.repeat(43) },
      { refresh_token },
    ]) {
      expect((await logout(body)).status).toBe(401);
    }
  });

  test.each([{ todas: 'true' }, { todas: 1 }, { refresh_token: 7 }, { refresh_token: null }, { otro: 1 }])(
    'when the body is %j, then 400',
    async (body) => {
      expect((await logout(body)).status).toBe(400);
    },
  );
});

test('when sessions ended long ago, then the purge deletes them and their tokens, and no others', async () => {
  const old = await loggedIn();
  now += 31 * 24 * 3_600_000;
  const fresh = (await autorizador.login(old.nombre)).body;
  const { purgeSesiones } = await import('../src/sesiones/purgar-sesiones.ts');
  expect(await purgeSesiones(autorizador.container.db, now, autorizador.container.logger)).toBeGreaterThan(0);
  const rest = await autorizador.container.db.read
    .selectFrom('refresh_token')
    .innerJoin('sesion', 'sesion.id', 'sesion_id')
    .select('sesion.expira')
    .execute();
  expect(rest.every((row) => row.expira >= now)).toBe(true);
  expect((await refresh(fresh.refresh_token)).status).toBe(200);
});
