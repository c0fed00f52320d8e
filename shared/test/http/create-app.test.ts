import type { Server } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import type { Express } from 'express';
import { addHealthCheck, createApp, createLogger, publicRoute, reply, setupCors } from '@medisupply/shared';
import { listen } from '@medisupply/shared/lifecycle/run-process';
import { closeServer, urlOf } from '@medisupply/shared/testing/fake-service';

const logger = createLogger('prueba', { level: 'silent' });
const PAGE = 'http://localhost:4200';
let server: Server | undefined;

afterEach(() => server && closeServer(server));

async function serve(app: Express): Promise<string> {
  server = await listen(app, 0, '127.0.0.1', 'PORT');
  return urlOf(server);
}

const ruta = publicRoute({
  method: 'get',
  path: '/ruta',
  summary: 'Una ruta',
  responses: {},
  handler: () => reply(200, { de: 'ruta' }),
});

test('when routes are added to a finished app, then they answer, and what none answers is still a 404 of ours', async () => {
  const app = createApp('mi-servicio', { logger, routes: [ruta] });
  app.get('/despues', (_request, response) => void response.json({ de: 'después' }));
  app.post('/eco', (request, response) => void response.json(request.body));
  const url = await serve(app);
  app.get('/mas-tarde', (_request, response) => void response.json({ de: 'más tarde' }));

  for (const [path, de] of [
    ['/ruta', 'ruta'],
    ['/despues', 'después'],
    ['/mas-tarde', 'más tarde'],
  ] as const) {
    const answer = await fetch(url + path);
    expect([answer.status, await answer.json()]).toEqual([200, { de }]);
    expect(answer.headers.get('x-request-id')).toBeTruthy();
  }
  const headers = { 'content-type': 'application/json' };
  expect(await (await fetch(`${url}/eco`, { method: 'POST', headers, body: '{"a":1}' })).json()).toEqual({
    a: 1,
  });
  expect((await fetch(`${url}/eco`, { method: 'POST', headers, body: '{' })).status).toBe(400);
  expect((await fetch(`${url}/ruta`, { method: 'POST' })).status).toBe(405);

  const missing = await fetch(`${url}/nada?q=1`);
  expect([missing.status, missing.headers.get('content-type')]).toEqual([
    404,
    'application/problem+json; charset=utf-8',
  ]);
  expect(await missing.json()).toMatchObject({
    type: 'urn:medisupply:problem:ruta-no-encontrada',
    detail: 'No existe GET /nada',
    instance: '/nada',
  });
});

test('when a route that was added later throws, then 500 without internals; half an answer is cut off', async () => {
  const app = createApp('mi-servicio', { logger });
  app.get('/lanza', () => {
    throw new Error('interno: clave-42');
  });
  app.get('/rechaza', async () => {
    await Promise.reject(new Error('interno: clave-42'));
  });
  app.get('/a-medias', (_request, response) => {
    response.write('la mitad');
    throw new Error('interno: clave-42');
  });
  const url = await serve(app);
  for (const path of ['/lanza', '/rechaza']) {
    const answer = await fetch(url + path);
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain('clave-42');
  }
  await expect(fetch(`${url}/a-medias`).then((answer) => answer.text())).rejects.toThrow('terminated');
});

test('when an app is mounted in another one, then what it does not answer goes on to that one', async () => {
  const outer = createApp('fuera', { logger });
  outer.use(createApp('dentro', { logger, routes: [ruta] }));
  outer.get('/fuera', (_request, response) => void response.json({ de: 'fuera' }));
  const url = await serve(outer);
  expect(await (await fetch(`${url}/ruta`)).json()).toEqual({ de: 'ruta' });
  expect(await (await fetch(`${url}/fuera`)).json()).toEqual({ de: 'fuera' });
});

test('when CORS is set up later, then it counts for the routes that were there before', async () => {
  const app = createApp('mi-servicio', { logger, routes: [ruta] });
  const url = await serve(app);
  const allowed = async (origin: string) =>
    (await fetch(`${url}/ruta`, { headers: { origin } })).headers.get('access-control-allow-origin');
  expect(await allowed(PAGE)).toBeNull();
  setupCors(app);
  expect([await allowed(PAGE), await allowed('https://otra.example')]).toEqual([PAGE, null]);
  setupCors(app, ['https://otra.example']);
  expect([await allowed(PAGE), await allowed('https://otra.example')]).toEqual([
    null,
    'https://otra.example',
  ]);
});

test('when more has to be ready, then it is asked beside what was given first', async () => {
  const app = createApp('mi-servicio', { logger, readiness: [{ name: 'base', check: () => true }] });
  addHealthCheck(app, { readiness: [{ name: 'impresora', optional: true, check: () => false }] });
  addHealthCheck(app);
  const url = await serve(app);
  expect(await (await fetch(`${url}/readyz`)).json()).toEqual({
    status: 'degraded',
    checks: { base: 'ok', impresora: 'falta' },
  });
  expect(await (await fetch(`${url}/health`)).json()).toMatchObject({
    status: 'healthy',
    service: 'mi-servicio',
  });
});
