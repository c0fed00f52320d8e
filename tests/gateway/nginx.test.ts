/** What only Nginx has: the services' own ports, its start, and patience with slow clients. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { useGateways } from './gateways.ts';
import type { Gateway } from './start-nginx.ts';
import { START_GATEWAY } from './start-nginx.ts';
import type { Upstream } from './upstream.ts';
import { startUpstream, stop } from './upstream.ts';

const start = useGateways();
let logistica: Upstream;
let nginx: Gateway;

beforeAll(async () => {
  logistica = await startUpstream();
  nginx = await start('Nginx', { LOGISTICA_URL: logistica.url });
});

beforeEach(() => void (logistica.seen.length = 0));

afterAll(() => stop(logistica.server));

test("when a service's own port is asked, then the service gets all of it, its key as well", async () => {
  const answer = await fetch(`http://127.0.0.1:${nginx.servicePorts['logistica']}/tareas?limite=1`, {
    headers: { 'i-api-key': 'operator.secreto' },
  });
  expect([answer.status, await answer.json()]).toEqual([200, { url: '/tareas?limite=1' }]);
  expect(logistica.seen[0]?.headers).toMatchObject({
    'i-api-key': 'operator.secreto',
    'x-forwarded-for': '127.0.0.1',
  });
});

test('when the service behind an own port is down, then 503 names it', async () => {
  const answer = await fetch(`http://127.0.0.1:${nginx.servicePorts['monitor']}/monitor/status`);
  expect([answer.status, answer.headers.get('retry-after'), await answer.json()]).toEqual([
    503,
    '1',
    expect.objectContaining({ detail: 'El servicio monitor no responde; inténtelo de nuevo' }),
  ]);
});

test.each([
  ['an encoded slash and a query', '/api/v1/logistica/a%2Fb%20c?x=%26&y=../z', '/a%2Fb%20c?x=%26&y=../z'],
  ['an encoded line break', '/api/v1/logistica/a%0d%0aX-A:%201', '/a%0d%0aX-A:%201'],
])('when an address has %s, then it arrives as it was sent', async (_name, sent, arrives) => {
  expect((await fetch(nginx.url + sent)).status).toBe(200);
  expect(logistica.seen.map(({ url }) => url)).toEqual([arrives]);
  expect(logistica.seen[0]?.headers).not.toHaveProperty('x-a');
});

test('when a service answers with an error of its own, then it passes as it is', async () => {
  const failing = await startUpstream((_request, response) => {
    response
      .writeHead(503, { 'Retry-After': '7', 'Content-Type': 'application/problem+json' })
      .end('{"a":1}');
  });
  const other = await start('Nginx', { LOGISTICA_URL: failing.url });
  const answer = await fetch(`${other.url}/api/v1/logistica/x`);
  expect([answer.status, answer.headers.get('retry-after'), await answer.text()]).toEqual([
    503,
    '7',
    '{"a":1}',
  ]);
  await stop(failing.server);
});

test('when a request may have been read by a service that then died, then it is sent once', async () => {
  let asked = 0;
  const dying = await startUpstream((request) => {
    asked += 1;
    request.socket.destroy();
  });
  const other = await start('Nginx', { LOGISTICA_URL: dying.url });
  const answer = await fetch(`${other.url}/api/v1/logistica/entregas`, { method: 'POST', body: '{}' });
  expect([answer.status, asked]).toEqual([503, 1]);
  await stop(dying.server);
});

test.each([
  [{}, 'http://localhost:4200', 'http://localhost:4200'],
  [{ CORS_ORIGINS: 'https://panel.example' }, 'http://localhost:4200', null],
])(
  'when pages have an origin of their own, then it is allowed unless others are named (%j)',
  async (env, origin, allowed) => {
    const other = await start('Nginx', { ...env, CORS_ORIGINS_DEFAULT: 'http://localhost:4200' });
    const { headers } = await fetch(`${other.url}/frontend/health`, { headers: { origin } });
    expect(headers.get('access-control-allow-origin')).toBe(allowed);
  },
);

describe('when the environment is wrong, then the start names the key and the remedy', () => {
  const folder = mkdtempSync(join(tmpdir(), 'medisupply-nginx-'));
  writeFileSync(join(folder, 'services'), 'logistica LOGISTICA -\n');
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each([
    [{ FRONTEND_PORT: 'abc' }, 'FRONTEND_PORT: debe ser un número entero positivo ("abc"); vea .env.example'],
    [{ GATEWAY_RATE: '-1' }, 'GATEWAY_RATE: debe ser un número entero positivo ("-1"); vea .env.example'],
    [{ LOGISTICA_URL: '' }, 'LOGISTICA_URL: debe ser http://servidor:puerto (""); vea .env.example'],
    [
      { LOGISTICA_URL: 'http://x;} evil' },
      'LOGISTICA_URL: debe ser http://servidor:puerto ("http://x;} evil"); vea .env.example',
    ],
    [
      { CORS_ORIGINS: 'https://a.example,panel' },
      'CORS_ORIGINS: debe ser una lista de orígenes http(s) separados por comas ("panel"); vea .env.example',
    ],
    [{ SERVICES_FILE: '/no/hay' }, 'SERVICES_FILE: no se puede leer /no/hay'],
  ])('%o', (env, message) => {
    const { status, stderr } = spawnSync(START_GATEWAY, {
      env: {
        PATH: process.env['PATH'],
        RUN_DIR: join(folder, 'run'),
        SERVICES_FILE: join(folder, 'services'),
        LOGISTICA_URL: 'http://127.0.0.1:9',
        ...env,
      },
      encoding: 'utf8',
      timeout: 5_000,
    });
    expect([status, stderr]).toEqual([1, `gateway: ${message}\n`]);
  });
});

test('when clients stop in the middle of header or body, then they are cut off while others are served', async () => {
  const began = performance.now();
  const slow = (bytes: string) =>
    new Promise<number>((resolve, reject) => {
      const socket = connect(nginx.port, '127.0.0.1', () => socket.write(bytes));
      readAll(socket).then(() => resolve(performance.now() - began), reject);
    });
  const cut = Promise.all([
    slow('GET /api/v1/logistica/x HTTP/1.1\r\nHost: x\r\nX-'),
    slow('POST /api/v1/logistica/x HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc'),
  ]);
  // No service ever hears of them, and nobody waits for them.
  for (let n = 0; n < 50; n += 1) expect((await fetch(`${nginx.url}/api/v1/logistica/y`)).status).toBe(200);
  for (const ms of await cut) expect(ms).toBeLessThan(15_000);
  expect(logistica.seen.map(({ url }) => url)).toEqual(Array.from({ length: 50 }, () => '/y'));
}, 30_000);
