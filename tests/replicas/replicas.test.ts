/** Two logisticas and two monitors on one database and one Redis: which memory of theirs is shared, and which is their own. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildApp } from '@medisupply/logistica-inventario/app';
import { readConfig } from '@medisupply/logistica-inventario/config';
import type { Container } from '@medisupply/logistica-inventario/container';
import { createContainer } from '@medisupply/logistica-inventario/create-container';
import { openSseClient } from '@medisupply/shared/testing/sse-client';
import type { SseClient } from '@medisupply/shared/testing/sse-client';
import type { RunningMonitor } from '../monitor/support.ts';
import { silent, startMonitor } from '../monitor/support.ts';
import type { Platform, Served } from '../support/platform.ts';
import { serve, startPlatform, until } from '../support/platform.ts';

let platform: Platform;
let second: Container;
let served: Served;
let urls: string[];
let monitors: RunningMonitor[];
const clients: SseClient[] = [];

beforeAll(async () => {
  platform = await startPlatform({
    worker: true,
    env: { USER_CREATE_RATE: '6', USER_CONFIRM_RATE: '4', RELAY_POLL_MS: '100' },
  });
  second = await createContainer(readConfig(platform.env('logistica-inventario')), { logger: silent });
  served = await serve(buildApp(second));
  second.outbox.start();
  await until(() => second.queues.isConnected());
  urls = [platform.logistica.url, served.url];
  monitors = [await startMonitor(platform), await startMonitor(platform)];
});
afterAll(async () => {
  for (const client of clients) client.close();
  for (const monitor of monitors) await monitor.close();
  await served.close();
  await second.close();
  await platform.close();
});

async function ask(replica: number, method: string, path: string, usuario: number, body?: unknown) {
  const response = await fetch(`${urls[replica]}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${platform.token({ id: usuario })}`,
      'content-type': 'application/json',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const create = (replica: number, usuario: number) =>
  ask(replica, 'POST', '/entregas', usuario, {
    direccion: 'Calle 1',
    estado: 'EN_CAMINO',
    pedido_id: 'PED-1',
  });

async function confirmation(usuario: number, entrega_id: number) {
  const fields = {
    direccion: 'Calle 1',
    nombre_recibe: 'Ana',
    firma_recibe: '<svg/>',
    pedido_id: 'PED-1',
  };
  const firma_payload = await platform.sign({ ...fields, entrega_id, usuario_id: usuario });
  return { ...fields, firma_payload };
}

test('when a user creates at both, then the rate of the user is one', async () => {
  const statuses = [];
  for (let n = 0; n < 8; n++) statuses.push((await create(n % 2, 30)).status);
  expect(statuses.slice(0, 6)).toEqual(Array(6).fill(201));
  // On a busy machine so much time has passed that one more is allowed.
  expect(statuses.slice(6)).toContain(429);
});

test('when one confirmation reaches both at once, then it is accepted once, and both give the same answer', async () => {
  const { body } = await create(0, 31);
  const confirmed = await confirmation(31, Number(body['id']));
  const path = `/entrega/${String(body['id'])}/confirmar`;
  const answers = await Promise.all([0, 1].map((replica) => ask(replica, 'POST', path, 31, confirmed)));
  expect(answers.map(({ status }) => status)).toEqual([202, 202]);
  expect(answers[0]?.body['task_id']).toBe(answers[1]?.body['task_id']);
  await until(
    async () => (await ask(1, 'GET', `/entrega/${String(body['id'])}`, 31)).body['estado'] === 'ENTREGADA',
  );
});

test('when an Idempotency-Key comes to the other one, then the first answer is repeated', async () => {
  const headers = {
    authorization: `Bearer ${platform.token({ id: 32 })}`,
    'content-type': 'application/json',
    'idempotency-key': 'la-misma-clave-1',
  };
  const body = JSON.stringify({ direccion: 'Calle 1', estado: 'EN_CAMINO', pedido_id: 'PED-1' });
  const ids = [];
  for (const url of urls) {
    const response = await fetch(`${url}/entregas`, { method: 'POST', headers, body });
    ids.push(((await response.json()) as { id: number }).id);
  }
  expect(ids[0]).toBe(ids[1]);
});

test('when confirmations are in flight at one, then the other has places of its own', async () => {
  const { confirmLimit } = platform.logistica.container;
  const { promise, resolve } = Promise.withResolvers<void>();
  const running = Array.from({ length: 128 }, () => confirmLimit.run(33, () => promise));
  await expect(confirmLimit.run(33, () => promise)).rejects.toMatchObject({ status: 429 });
  await expect(second.confirmLimit.run(33, () => Promise.resolve('hecha'))).resolves.toBe('hecha');
  resolve();
  await Promise.all(running);
});

test('when a browser watched one monitor, then it goes on at the other where it was, and misses nothing', async () => {
  const watch = async (monitor: number, headers: Record<string, string> = {}) => {
    const authorization = `Bearer ${platform.token({ id: 34 })}`;
    const url = `${monitors[monitor]?.url}/monitor/eventos`;
    const client = await openSseClient(url, { authorization, ...headers });
    clients.push(client);
    return client;
  };
  const created = async (replica: number) => Number((await create(replica, 34)).body['id']);
  const about = (id: number) => (event: { data: Record<string, unknown> }) => event.data['entrega_id'] === id;

  const both = [await watch(0), await watch(1)];
  const first = await created(0);
  const [here, there] = await Promise.all(both.map((client) => client.received(about(first))));
  expect(there?.id).toBe(here?.id);
  for (const client of both) client.close();
  const missed = await created(1);
  const again = await watch(1, { 'last-event-id': String(here?.id) });
  await again.received(about(missed));
  expect(again.named('entrega').filter(about(first))).toEqual([]);
});

test('when one monitor has all streams of a user, then the other has places of its own', async () => {
  const headers = { authorization: `Bearer ${platform.token({ id: 35 })}` };
  const open = async (monitor: number) => {
    const client = await openSseClient(`${monitors[monitor]?.url}/monitor/eventos`, headers);
    clients.push(client);
    return client.status;
  };
  for (let n = 0; n < 8; n++) expect(await open(0)).toBe(200);
  expect(await open(0)).toBe(429);
  expect(await open(1)).toBe(200);
});
