import { publishRevocations, signRevocation } from '@medisupply/shared/security/revocations';
import type { DataDir } from '@medisupply/shared/testing/data-dir';
import { createDataDir } from '@medisupply/shared/testing/data-dir';
import { answering, silentService, startService } from '@medisupply/shared/testing/fake-service';
import type { RedisServer } from '@medisupply/shared/testing/redis-server';
import { startRedis } from '@medisupply/shared/testing/redis-server';
import { VERSION } from '@medisupply/shared/version';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSesiones, SESSION_LIFETIME_MS } from '../src/sesiones/sesiones.ts';
import type { Board, FakeAutorizador } from './support.ts';
import { connected, CREDENTIALS, form, navigation, startAutorizador, startBoard } from './support.ts';

let data: DataDir;
let redis: RedisServer;
let autorizador: FakeAutorizador;
let board: Board;

beforeAll(async () => {
  data = await createDataDir();
  redis = await startRedis({ users: data.secrets('redis') });
  autorizador = await startAutorizador(data);
  board = await startBoard(data, { REDIS_URL: redis.url, AUTORIZADOR_URL: autorizador.url });
  await connected(board);
});
beforeEach(() => {
  autorizador.calls.length = 0;
  board.log.length = 0;
});
afterAll(async () => {
  await board.close();
  await autorizador.close();
  await redis.stop();
  await data.remove();
});

const PAGES = [
  '/',
  '/queue/logistica',
  '/queue/logistica/1',
  '/metrics-history',
  '/static/js/',
  '/nada',
  '/docs',
  '/openapi.json',
];
const CALLS = [
  ['GET', '/api/queues'],
  ['GET', '/api/redis/stats'],
  ['PUT', '/api/queues/pause'],
  ['PUT', '/api/queues/logistica/obliterate'],
  ['POST', '/api/queues/logistica/add'],
  ['PATCH', '/api/queues/logistica/1/update-data'],
  ['DELETE', '/api/queues'],
] as const;

describe('without a login', () => {
  it.each(PAGES)('when a browser goes to %s, then 401 with the login page', async (path) => {
    const response = await board.fetch(path, navigation());
    expect(response.status).toBe(401);
    expect(response.headers.get('content-type')).toContain('text/html');
    expect(await response.text()).toContain('<form method="post" action="/login">');
  });

  it.each(CALLS)('when %s %s is called, then 401 problem+json', async (method, path) => {
    const response = await board.fetch(path, { method });
    expect(response.status).toBe(401);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(response.headers.get('www-authenticate')).toBeTruthy();
    expect(await response.json()).toMatchObject({ status: 401, request_id: expect.any(String) });
  });

  it('when X-HTTP-Method-Override or a bearer token is sent, then still 401', async () => {
    for (const headers of [
      { 'x-http-method-override': 'GET' },
      { authorization: `Bearer ${data.token({ roles: ['Admin'] })}` },
      { 'i-api-key': await data.serviceKey('operator') },
    ] as Record<string, string>[]) {
      expect((await board.fetch('/api/queues', { headers })).status).toBe(401);
    }
  });

  it('when health is asked for, then it is open', async () => {
    expect(await (await board.fetch('/health')).json()).toEqual({
      status: 'healthy',
      service: 'bull-board',
      version: VERSION,
      timestamp: expect.any(String),
    });
    expect((await board.fetch('/livez')).status).toBe(200);
    expect(await (await board.fetch('/readyz')).json()).toEqual({ status: 'ready', checks: { redis: 'ok' } });
  });

  it('when the cookie is forged, changed or of another board, then 401', async () => {
    const cookie = await board.login();
    const id = cookie.split('=')[1] ?? '';
    const other = createSesiones({ isRevoked: () => false });
    const foreign = other.abrir({
      kind: 'user',
      usuario_id: 1,
      nombre: 'admin',
      roles: ['Admin'],
      token_version: 0,
      jti: '',
      exp: 0,
    });
    other.close();
    for (const value of ['', '.', `${id}.`, `${id}x`, `x${id}`, id.slice(1), id.toLowerCase(), foreign]) {
      expect(
        (await board.fetch('/api/queues', { headers: { cookie: `medisupply_board=${value}` } })).status,
      ).toBe(401);
    }
    expect((await board.fetch('/api/queues', { headers: { cookie } })).status).toBe(200);
  });
});

const post = (body: string, type = 'application/json') =>
  board.fetch('/login', { method: 'POST', headers: { 'content-type': type }, body });

describe('login', () => {
  it('when an Admin logs in, then the board opens with a strict cookie, and no session stays open at autorizador', async () => {
    const response = await board.fetch('/login', form(CREDENTIALS));
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe('/');
    const [cookie = ''] = response.headers.getSetCookie();
    expect(cookie).toMatch(/^medisupply_board=[\w-]{43}; Max-Age=3600; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(autorizador.calls).toEqual([
      { path: '/login', body: CREDENTIALS, address: '127.0.0.1' },
      { path: '/logout', body: { refresh_token: 'r'.repeat(43) }, address: undefined },
    ]);

    const page = await board.fetch('/', navigation(cookie.split(';')[0]));
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('MediSupply');
  });

  it('when it comes over TLS, then the cookie is Secure', async () => {
    const behindTls = await startBoard(data, {
      REDIS_URL: redis.url,
      AUTORIZADOR_URL: autorizador.url,
      TRUST_PROXY: 'loopback',
    });
    const response = await behindTls.fetch('/login', form(CREDENTIALS, { 'x-forwarded-proto': 'https' }));
    expect(response.headers.getSetCookie()[0]).toMatch(/; Secure(;|$)/);
    await behindTls.close();
  });

  it('when a client says that it is somebody else, then its attempts are counted as its own all the same', async () => {
    const forged = {
      'x-forwarded-for': '203.0.113.7',
      'x-real-ip': '203.0.113.7',
      forwarded: 'for=203.0.113.7',
      'x-forwarded-proto': 'https',
    };
    const response = await board.fetch('/login', form(CREDENTIALS, forged));
    expect(autorizador.calls[0]?.address).toBe('127.0.0.1');
    expect(response.headers.getSetCookie()[0]).not.toContain('Secure');
  });

  it('when the board has an address to call from, then autorizador sees it', async () => {
    const own = await startBoard(data, {
      REDIS_URL: redis.url,
      AUTORIZADOR_URL: autorizador.url,
      PROXY_SOURCE_ADDRESS: '127.0.0.80',
    });
    await own.login();
    expect(autorizador.calls.map(({ from }) => from)).toEqual(['127.0.0.80', '127.0.0.80']);
    await own.close();
  });

  it('when the password is wrong, then 401, the page says so and keeps the name, and there is no cookie', async () => {
    const response = await board.fetch('/login', form({ nombre: '<b>"admin', contrasena: 'mala-mala-mala' }));
    expect(response.status).toBe(401);
    expect(response.headers.getSetCookie()).toEqual([]);
    const page = await response.text();
    expect(page).toContain('Nombre de usuario o contraseña incorrectos');
    expect(page).toContain('value="&lt;b&gt;&quot;admin"');
    expect(page).not.toContain('mala-mala-mala');
  });

  it.each(['ana', 'sis'])('when %s, who is no Admin, logs in, then 403 and no cookie', async (nombre) => {
    const response = await board.fetch('/login', form({ ...CREDENTIALS, nombre }));
    expect(response.status).toBe(403);
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(await response.text()).toContain('no es de administrador');
  });

  it.each([
    ['is not approved', 'pendiente', 'Un administrador debe aprobar su cuenta'],
    ['has a one-time password', 'temporal', 'Elija primero una contraseña nueva en la aplicación web'],
  ])('when the account %s, then 403 says so and there is no cookie', async (_what, nombre, said) => {
    const response = await board.fetch('/login', form({ ...CREDENTIALS, nombre }));
    expect([response.status, response.headers.getSetCookie()]).toEqual([403, []]);
    expect(await response.text()).toContain(said);
  });

  it('when there were too many failures, then 429 with the Retry-After of autorizador', async () => {
    const response = await board.fetch('/login', form({ ...CREDENTIALS, nombre: 'bloqueada' }));
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('37');
  });

  it('when fields are missing, strange or too many, then 401 or 413 and autorizador is not asked', async () => {
    for (const fields of [
      {},
      { nombre: 'admin' },
      { nombre: 'admin', contrasena: '' },
      { nombre: 'a'.repeat(51), contrasena: 'x' },
      { ...CREDENTIALS, roles: 'Admin' },
      { nombre: 'admin\u0000', contrasena: 'x' },
    ] as Record<string, string>[]) {
      expect((await board.fetch('/login', form(fields))).status).toBe(401);
    }
    expect((await board.fetch('/login', form({ nombre: 'x'.repeat(5_000) }))).status).toBe(413);
    expect(autorizador.calls).toEqual([]);
  });

  it('when a program posts JSON, then 204 with the cookie, or problem+json', async () => {
    const good = await post(JSON.stringify(CREDENTIALS));
    expect(good.status).toBe(204);
    expect(good.headers.getSetCookie()).toHaveLength(1);
    const bad = await post(JSON.stringify({ ...CREDENTIALS, contrasena: 'x' }));
    expect(bad.status).toBe(401);
    expect(await bad.json()).toMatchObject({ status: 401, detail: expect.stringContaining('incorrectos') });
    expect((await post('{')).status).toBe(400);
    expect((await post('null')).status).toBe(400);
    expect((await post('x', 'text/plain')).status).toBe(415);
  });

  it('when another site posts the login, then 403', async () => {
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
    ] as Record<string, string>[]) {
      expect((await board.fetch('/login', form(CREDENTIALS, headers))).status).toBe(403);
    }
    expect(autorizador.calls).toEqual([]);
  });

  it('when a browser posts the form of the page, then its headers are taken, also where it hides its origin', async () => {
    for (const headers of [
      { origin: board.url, 'sec-fetch-site': 'same-origin' },
      { origin: 'null', 'sec-fetch-site': 'same-origin' },
      { origin: board.url },
    ] as Record<string, string>[]) {
      expect((await board.fetch('/login', form(CREDENTIALS, headers))).status).toBe(303);
    }
    const page = await board.fetch('/login', navigation());
    expect(page.headers.get('referrer-policy')).toBe('same-origin');
  });

  it('when passwords were sent, then none is in the log', async () => {
    await board.login();
    await board.fetch('/login', form({ nombre: 'admin', contrasena: 'mala-mala-mala' }));
    const text = JSON.stringify(board.log);
    expect(text).not.toContain(CREDENTIALS.contrasena);
    expect(text).not.toContain('mala-mala-mala');
    expect(board.log).toContainEqual(
      expect.objectContaining({ msg: 'sesión abierta en el tablero', usuario_id: 1 }),
    );
  });

  it('when the page is shown, then nothing but its own style may load and it cannot be framed', async () => {
    const response = await board.fetch('/login', navigation());
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self';/);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.text()).not.toContain('<script');
  });
});

describe('login without autorizador', () => {
  const cases: [string, Parameters<typeof startService>[0]][] = [
    ['500', answering(500, '{}')],
    ['HTML', answering(200, '<html>', 'text/html')],
    ['a token that does not verify', answering(200, '{"mensaje":"","token":"a.b.c","expira_en":900}')],
    [
      'a redirect',
      (_request, response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
    ],
    ['megabytes', answering(200, 'x'.repeat(1_000_000))],
  ];
  it.each(cases)('when autorizador answers with %s, then 503', async (_name, listener) => {
    const service = await startService(listener);
    const other = await startBoard(data, { REDIS_URL: redis.url, AUTORIZADOR_URL: service.url });
    try {
      const response = await other.fetch('/login', form(CREDENTIALS));
      expect(response.status).toBe(503);
      expect(response.headers.get('retry-after')).toBe('5');
      expect(response.headers.getSetCookie()).toEqual([]);
      expect(await response.text()).toContain('No se puede comprobar la contraseña');
    } finally {
      await other.close();
      await service.close();
    }
  });

  it('when autorizador is down or silent, then 503 within 7 s', async () => {
    const mute = await startService(silentService);
    const silent = await startBoard(data, { REDIS_URL: redis.url, AUTORIZADOR_URL: mute.url });
    const away = await startBoard(data, { REDIS_URL: redis.url, AUTORIZADOR_URL: 'http://127.0.0.1:1' });
    try {
      const started = performance.now();
      const responses = await Promise.all(
        [silent, away].map((one) => one.fetch('/login', form(CREDENTIALS))),
      );
      expect(responses.map((response) => response.status)).toEqual([503, 503]);
      expect(performance.now() - started).toBeLessThan(7_000);
    } finally {
      await silent.close();
      await away.close();
      await mute.close();
    }
  });
});

describe('session', () => {
  it('when its user logs out, then the cookie opens nothing any more', async () => {
    const cookie = await board.login();
    const confirmation = await board.fetch('/logout', navigation(cookie));
    expect(await confirmation.text()).toContain('<form method="post" action="/logout">');
    const headers = { cookie, origin: board.url, accept: 'text/html' };
    const response = await board.fetch('/logout', { method: 'POST', headers });
    expect(response.status).toBe(303);
    expect(response.headers.getSetCookie()[0]).toMatch(/^medisupply_board=; Max-Age=0/);
    expect((await board.fetch('/api/queues', { headers: { cookie } })).status).toBe(401);
  });

  it('when another site posts the logout, then 403 and the session goes on', async () => {
    const cookie = await board.login();
    const headers = { cookie, origin: 'http://127.0.0.1:4200' };
    expect((await board.fetch('/logout', { method: 'POST', headers })).status).toBe(403);
    expect((await board.fetch('/api/queues', { headers: { cookie } })).status).toBe(200);
  });

  it('when the user loses the role or is deactivated, then it ends within 5 s', async () => {
    const cookie = await board.login();
    await publishRevocations(redis.operator, [
      signRevocation({ usuario_id: 1, token_version: 1 }, data.tokenKey),
    ]);
    try {
      await vi.waitFor(
        async () => expect((await board.fetch('/api/queues', { headers: { cookie } })).status).toBe(401),
        { timeout: 5_000, interval: 100 },
      );
      // A token of the old version, as a slow autorizador might still give, opens no new one.
      expect((await board.fetch('/login', form(CREDENTIALS))).status).toBe(503);
    } finally {
      await redis.operator.flushall();
    }
  });

  it('when an hour has passed, or a revocation was seen once, then it is over for good', async () => {
    let time = 0;
    let revoked = false;
    const looks = vi.fn<() => boolean>(() => revoked);
    const sesiones = createSesiones({ isRevoked: looks, now: () => time, sweepMs: 5 });
    const caller = {
      kind: 'user',
      usuario_id: 1,
      nombre: 'admin',
      roles: ['Admin'],
      token_version: 0,
      jti: '',
      exp: 0,
    } as const;
    const open = () => `a=b; medisupply_board=${sesiones.abrir(caller)}`;
    try {
      const first = open();
      expect(sesiones.buscar(first)).toMatchObject({ usuario_id: 1 });
      time = SESSION_LIFETIME_MS;
      expect(sesiones.buscar(first)).toBeUndefined();

      const second = open();
      const before = looks.mock.calls.length;
      // Only the sweep sees it: nobody asks for the session while it is revoked.
      revoked = true;
      await vi.waitFor(() => expect(looks).toHaveBeenCalledTimes(before + 1));
      revoked = false;
      expect(sesiones.buscar(second)).toBeUndefined();
    } finally {
      sesiones.close();
    }
  });
});
