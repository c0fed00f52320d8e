import { mkdtemp } from 'node:fs/promises';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { DataDir } from '@medisupply/shared/testing/data-dir';
import { createDataDir } from '@medisupply/shared/testing/data-dir';
import type { FakeService } from '@medisupply/shared/testing/fake-service';
import { startService } from '@medisupply/shared/testing/fake-service';
import { insertSaludo } from '../src/saludos/saludos.repository.ts';
import type { RunningService } from './support.ts';
import { startServicioPlantilla } from './support.ts';

/** Its secrets serve all tests; each has a database of its own. */
let data: DataDir;
let logistica: FakeService;
let service: RunningService;
/** What logistica was asked, and what it answers. */
let asked: { path: string; headers: IncomingHttpHeaders; body: unknown }[];
let answer: { status: number; body: unknown };

beforeAll(async () => {
  data = await createDataDir();
});

afterAll(() => data.remove());

beforeEach(async () => {
  asked = [];
  answer = { status: 202, body: { task_id: 't-1', status: 'PENDING', queue: 'servicio_plantilla' } };
  logistica = await startService((request, response) => void answerAsTold(request, response));
  service = await startServicioPlantilla(data, {
    LOGISTICA_URL: logistica.url,
    DATA_DIR: await mkdtemp(join(data.path, 'test-')),
  });
});

afterEach(async () => {
  await service.close();
  await logistica.close();
});

async function answerAsTold(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body: unknown = JSON.parse(await readAll(request));
  asked.push({ path: `${request.method} ${request.url}`, headers: request.headers, body });
  response.writeHead(answer.status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(answer.body));
}

async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(service.url + path, {
    method,
    headers: {
      authorization: `Bearer ${data.token()}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const parsed: unknown = await response.json();
  return { status: response.status, body: parsed, link: response.headers.get('link') };
}

const store = (nombre: string) =>
  service.container.database.unitOfWork.write((tx) =>
    insertSaludo(tx, { task_id: `task-${nombre}`, nombre, texto: `Hola, ${nombre}`, creado: 0 }),
  );

describe('POST /saludos', () => {
  test('when a user asks for a greeting, then logistica gets the task under the key of this service', async () => {
    expect(await call('POST', '/saludos', { nombre: 'Lucía' })).toEqual({
      status: 202,
      body: { mensaje: 'Saludo encolado', task_id: 't-1', status: 'PENDING' },
      link: null,
    });
    expect(asked).toEqual([
      {
        path: 'POST /tareas',
        headers: expect.objectContaining({ 'i-api-key': await data.serviceKey('servicio-plantilla') }),
        body: { tipo: 'saludar_servicio_plantilla', nombre: 'Lucía' },
      },
    ]);
  });

  test('when the caller sends an Idempotency-Key, then logistica gets one, the same for a repeat', async () => {
    for (const _ of [1, 2]) await call('POST', '/saludos', { nombre: 'Lucía' }, { 'idempotency-key': 'k' });
    const [first, second] = asked.map(({ headers }) => headers['idempotency-key']);
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    expect(second).toBe(first);
  });

  test.each([
    ['has no name', {}, 'body.nombre'],
    ['has more than a name', { nombre: 'Lucía', apellido: 'Peña' }, 'body.apellido'],
  ])('when the body %s, then 400 and no task', async (_, body, path) => {
    expect(await call('POST', '/saludos', body)).toMatchObject({
      status: 400,
      body: { errors: [expect.objectContaining({ path })] },
    });
    expect(asked).toEqual([]);
  });

  test('when logistica refuses the parameters, then its reason is passed on', async () => {
    answer = { status: 400, body: { detail: 'Parámetros no válidos' } };
    expect(await call('POST', '/saludos', { nombre: 'Lucía' })).toMatchObject({
      status: 400,
      body: { detail: 'Parámetros no válidos' },
    });
  });

  test('when logistica is in trouble, then 503', async () => {
    answer = { status: 500, body: {} };
    expect(await call('POST', '/saludos', { nombre: 'Lucía' })).toMatchObject({ status: 503 });
  });

  test('when nobody says who they are, then 401', async () => {
    expect(await call('POST', '/saludos', { nombre: 'Lucía' }, { authorization: '' })).toMatchObject({
      status: 401,
    });
    expect(asked).toEqual([]);
  });
});

describe('GET /saludos', () => {
  test('when there are greetings, then they come newest first, a page at a time', async () => {
    for (const nombre of ['uno', 'dos', 'tres']) await store(nombre);
    const first = await call('GET', '/saludos?limite=2');
    expect(first).toEqual({
      status: 200,
      body: [
        { id: 3, nombre: 'tres', texto: 'Hola, tres', task_id: 'task-tres', creado: expect.any(String) },
        { id: 2, nombre: 'dos', texto: 'Hola, dos', task_id: 'task-dos', creado: expect.any(String) },
      ],
      link: expect.stringContaining('rel="next"'),
    });
    const next = /<(.*)>/.exec(first.link ?? '')?.[1] ?? '';
    expect(await call('GET', `/saludos${next}`)).toMatchObject({ body: [{ id: 1 }], link: null });
  });
});

describe('the service itself', () => {
  test('when Redis is down, then it is ready, and says that something is missing', async () => {
    expect(await call('GET', '/readyz')).toMatchObject({
      status: 200,
      body: { status: 'degraded', checks: { base_de_datos: 'ok', redis: 'falta' } },
    });
  });

  test('when it is asked for its document, then it has the routes', async () => {
    expect((await call('GET', '/openapi.json')).body).toMatchObject({
      paths: { '/saludos': { get: expect.anything(), post: expect.anything() } },
    });
  });
});
