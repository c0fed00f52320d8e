import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { frontDoorConfig } from '../../frontend/front-door/src/config.ts';
import type { FrontDoor } from '../../frontend/front-door/src/app.ts';
import { buildApp as buildFrontDoor } from '../../frontend/front-door/src/app.ts';
import type { SseClient } from '@medisupply/shared/testing/sse-client';
import { openSseClient } from '@medisupply/shared/testing/sse-client';
import type { Platform, Served } from '../support/platform.ts';
import { serve, startPlatform, until } from '../support/platform.ts';
import type { RunningMonitor } from './support.ts';
import { silent, startMonitor } from './support.ts';

const CREATOR = 7;
const COURIER = 8;
const STRANGER = 9;
const PERSONAL = {
  direccion: 'Calle Secreta 13',
  nombre_recibe: 'Zoila Reservada',
  firma_recibe: 'trazo-oculto',
};

let platform: Platform;
let monitor: RunningMonitor;
let door: FrontDoor;
let gateway: Served;
const clients: SseClient[] = [];

beforeAll(async () => {
  platform = await startPlatform({ worker: true });
  monitor = await startMonitor(platform);
  const addresses = {
    ...platform.env('front-door'),
    MONITOR_URL: monitor.url,
    LOGISTICA_URL: platform.logistica.url,
  };
  door = buildFrontDoor({
    config: frontDoorConfig(addresses),
    logger: silent,
    isStopping: () => false,
  });
  gateway = await serve(door.app);
});

afterAll(async () => {
  for (const client of clients) client.close();
  await gateway.close();
  door.close();
  await monitor.close();
  await platform.close();
});

const bearer = (id: number) => ({ authorization: `Bearer ${platform.token({ id })}` });

/** Through the front door, as browsers do. */
async function watch(id: number, headers: Record<string, string> = {}): Promise<SseClient> {
  const client = await openSseClient(`${gateway.url}/api/v1/monitor/eventos`, { ...bearer(id), ...headers });
  clients.push(client);
  return client;
}

async function post(path: string, userId: number, body: unknown): Promise<Record<string, unknown>> {
  const response = await fetch(`${gateway.url}/api/v1/logistica${path}`, {
    method: 'POST',
    headers: { ...bearer(userId), 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as Record<string, unknown>;
  if (!response.ok) throw new Error(JSON.stringify(answer));
  return answer;
}

async function deliver(): Promise<{ entrega_id: number; task_id: string }> {
  const pedido_id = randomUUID();
  const { id } = await post('/entregas', CREATOR, {
    direccion: PERSONAL.direccion,
    estado: 'nueva',
    pedido_id,
    asignada_a: COURIER,
  });
  const entrega_id = id as number;
  const payload = { ...PERSONAL, pedido_id, entrega_id, usuario_id: COURIER };
  const firma_payload = await platform.sign(payload);
  const { task_id } = await post(`/entrega/${entrega_id}/confirmar`, COURIER, {
    ...PERSONAL,
    pedido_id,
    firma_payload,
  });
  return { entrega_id, task_id: task_id as string };
}

const stepsOf = (client: SseClient, entregaId: number) =>
  client.named('entrega').filter(({ data }) => data['entrega_id'] === entregaId);
const kinds = (client: SseClient, entregaId: number) =>
  stepsOf(client, entregaId).map(({ data }) => data['tipo']);

describe('a delivery, watched through the front door', () => {
  test('when it is created, confirmed and applied, then each step comes live to those who may see it, and to nobody else', async () => {
    const [creator, courier, stranger] = [await watch(CREATOR), await watch(COURIER), await watch(STRANGER)];
    expect(creator.headers['content-type']).toContain('text/event-stream');
    const { entrega_id, task_id } = await deliver();
    for (const client of [creator, courier]) await until(() => kinds(client, entrega_id).length === 7);
    const steps = ['creada', 'recibida', 'firma', 'aceptada', 'encolada', 'inicio', 'aplicada'];
    // The worker may be faster than the note that the job was sent.
    expect(new Set(kinds(creator, entrega_id))).toEqual(new Set(steps));
    expect(kinds(creator, entrega_id)[0]).toBe('creada');
    expect(stepsOf(creator, entrega_id)).toEqual(stepsOf(courier, entrega_id));
    expect(stepsOf(creator, entrega_id).at(-1)).toEqual({
      id: expect.stringMatching(/^\d+-0$/),
      name: 'entrega',
      data: {
        id: stepsOf(creator, entrega_id).at(-1)?.id,
        tipo: expect.stringMatching(/aplicada|encolada/),
        momento: expect.stringMatching(/Z$/),
        entrega_id,
        task_id,
        tarea: 'logistica.procesar_entrega',
        estado: 'SUCCESS',
        datos: null,
      },
    });
    // An event that the stranger may see comes after those that it may not.
    const { id } = await post('/entregas', STRANGER, {
      direccion: 'x',
      estado: 'nueva',
      pedido_id: randomUUID(),
    });
    await stranger.received(({ data }) => data['entrega_id'] === id);
    expect(stepsOf(stranger, entrega_id)).toEqual([]);
    for (const client of [creator, courier, stranger]) {
      for (const secret of Object.values(PERSONAL)) expect(client.text()).not.toContain(secret);
      expect(client.text()).not.toContain('viewers');
    }
  });

  test('when the client comes back with its last id, then it goes on without gap or repeat', async () => {
    const first = await watch(CREATOR);
    const delivery = await deliver();
    await until(() => kinds(first, delivery.entrega_id).includes('aceptada'));
    first.close();
    const before = first.named('entrega').map(({ id }) => id);
    const next = await deliver();
    const second = await watch(CREATOR, { 'last-event-id': before.at(-1)! });
    await until(() => kinds(second, next.entrega_id).length === 7);
    expect(second.named('hueco')).toEqual([]);
    const ids = [...before, ...second.named('entrega').map(({ id }) => id)];
    expect(new Set(ids).size).toBe(ids.length);
    expect([...kinds(first, delivery.entrega_id), ...kinds(second, delivery.entrega_id)]).toHaveLength(7);
  });

  test('when the client goes away, then the monitor lets its stream go too', async () => {
    for (const client of clients) client.close();
    await until(() => monitor.container.eventos.clients() === 0);
    expect(monitor.container.eventos.clients()).toBe(0);
  });

  test('when its signature is bad, then the refusal is an event; when it is cancelled, too', async () => {
    const client = await watch(CREATOR);
    const pedido_id = randomUUID();
    const { id } = await post('/entregas', CREATOR, { direccion: 'x', estado: 'nueva', pedido_id });
    await expect(
      post(`/entrega/${id as number}/confirmar`, CREATOR, { ...PERSONAL, pedido_id, firma_payload: 'a..b' }),
    ).rejects.toThrow('Firma no válida');
    await post(`/entregas/${id as number}/cancelar`, CREATOR, {});
    await until(() => kinds(client, id as number).length === 3);
    expect(kinds(client, id as number)).toEqual(['creada', 'firma_rechazada', 'cancelada']);
  });
});

test('when a task without a delivery is sent, then its creator sees accepted, enqueued, begun and done', async () => {
  const id = 77;
  const headers = { authorization: `Bearer ${platform.token({ id, roles: ['Admin'] })}` };
  const client = await openSseClient(`${gateway.url}/api/v1/monitor/eventos`, headers);
  clients.push(client);
  const response = await fetch(`${gateway.url}/api/v1/logistica/tareas`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ tipo: 'ping_logistica' }),
  });
  const { task_id } = (await response.json()) as { task_id: string };
  const seen = () =>
    client
      .named('tarea')
      .filter(({ data }) => data['task_id'] === task_id)
      .map(({ data }) => data['tipo']);
  await until(() => seen().length === 4);
  expect(new Set(seen())).toEqual(new Set(['aceptada', 'encolada', 'inicio', 'fin']));
});
