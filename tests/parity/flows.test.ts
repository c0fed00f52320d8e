/** What the pages, the Postman collection and the worker of the original do, in their order. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium } from 'playwright-core';
import { expect, test } from 'vitest';
import { chromiumPath, FLAGS } from '../web/browser.ts';
import type { Answer } from './original-client.ts';
import { FIELDS, useOriginalClient } from './original-client.ts';

const { gateway, frontend, call, asAdmin, newEntrega, signed, confirm, ended } = useOriginalClient();

const SLOW = { timeout: 90_000 };

test(
  'when the security page runs its three steps, then genuine 202, altered payload 403, altered signature 403',
  SLOW,
  async () => {
    const id = await newEntrega();
    const genuine = await signed(id);
    expect((await confirm(id, genuine)).status).toBe(202);
    expect((await confirm(id, { ...genuine, direccion: 'Calle falsa 123' })).status).toBe(403);
    const altered = `${genuine.firma_payload.slice(0, -8)}AAAAAAAA`;
    expect((await confirm(id, { ...genuine, firma_payload: altered })).status).toBe(403);
  },
);

test('when the monitor page reads logistica-status, then a healthy broker is healthy', async () => {
  const { body } = await asAdmin('GET', '/monitor/logistica-status');
  expect(body).toMatchObject({
    service: 'logistica_inventario',
    overall_status: 'healthy',
    ping_echo: { ping_successful: true },
    broker_status: {
      redis_connected: true,
      redis_ping: true,
      queues: { default: { length: expect.any(Number) } },
      timestamp: expect.any(String),
    },
  });
});

test('when the Postman flow is played with a token, then each step answers', SLOW, async () => {
  const body = { nombre: 'Postman', contrasena: 'tres barcos lentos' };
  expect((await call('POST', '/autorizador/signup', { body })).status).toBe(201);
  const login = await call('POST', '/autorizador/login', { body });
  const as: string = login.body.token;
  expect(login.body.usuario).toMatchObject({ nombre: 'Postman', roles: ['usuario'] });
  const created = await call('POST', '/logistica/entregas', {
    as,
    body: { direccion: FIELDS.direccion, pedido_id: 77, estado: 'PENDIENTE' },
  });
  const entrega_id: number = created.body.id;
  const data = { ...FIELDS, pedido_id: 77 };
  const firma = await call('POST', '/autorizador/sign-data', {
    as,
    body: { payload: { ...data, entrega_id, usuario_id: login.body.usuario.id } },
  });
  const confirmed = await call('POST', `/logistica/entrega/${entrega_id}/confirmar`, {
    as,
    body: { ...data, firma_payload: firma.body.firma },
  });
  expect(confirmed).toMatchObject({ status: 202, body: { message: 'Tarea enviada', entrega_id } });
  await ended(confirmed.body.task_id);
  const read = await call('GET', `/logistica/entrega/${entrega_id}`, { as });
  expect(read.body).toMatchObject({
    estado: 'ENTREGADA',
    pedido_id: '77',
    integridad_firma: firma.body.firma,
  });
  for (const path of ['/monitor/status', '/monitor/queue', '/monitor/workers', '/monitor/ping-logistica'])
    expect((await call('GET', path, { as })).status).toBe(200);
});

test(
  'when a page at :4200 calls :8080 in a browser, then it reads the answers with nothing configured; one of elsewhere does not',
  SLOW,
  async () => {
    const elsewhere = createServer((_request, response) => response.end('<p>')).listen(0, '127.0.0.1');
    await once(elsewhere, 'listening');
    const { port } = elsewhere.address() as AddressInfo;
    // A page of the original has no policy like that of ours, which talk to their own origin alone. It comes from a
    // server all the same: of one that is made up a browser does not know that it is of this machine.
    const browser = await chromium.launch({ executablePath: chromiumPath(), args: FLAGS });
    const page = await browser.newPage({ bypassCSP: true });
    try {
      await page.goto(`${frontend()}/frontend/info`);
      const signup = await page.evaluate(callFromPage, {
        url: `${gateway()}/api/v1/autorizador/signup`,
        body: { nombre: 'en otro puerto', contrasena: 'tres barcos lentos' },
      });
      expect(signup).toMatchObject({ status: 201, body: { token: expect.any(String) } });
      const entregas = { url: `${gateway()}/api/v1/logistica/entregas`, token: signup.body.token as string };
      expect(await page.evaluate(callFromPage, entregas)).toEqual({ status: 200, body: [] });

      await page.goto(`http://localhost:${port}/`);
      await expect(page.evaluate(callFromPage, entregas)).rejects.toThrow('Failed to fetch');
    } finally {
      await browser.close();
      elsewhere.close();
    }
  },
);

/** As the original's pages call; runs in the browser. */
async function callFromPage({ url, token, body }: { url: string; token?: string; body?: object }) {
  const response = await fetch(url, {
    method: body ? 'POST' : 'GET',
    credentials: 'include',
    headers: {
      'Content-Type': 'application/json',
      'X-Requested-With': 'XMLHttpRequest',
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return { status: response.status, body: (await response.json()) as Answer['body'] };
}
