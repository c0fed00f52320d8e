import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Platform } from '../../../tests/support/platform.ts';
import { startPlatform, until } from '../../../tests/support/platform.ts';
import type { Answer } from './support.ts';
import { call, confirm, createEntrega, problem, signedBody, someFields } from './support.ts';

const COURIER = 7;
const SYSTEM = 3;

let platform: Platform;
let courier: string;
let system: string;
let admin: string;

beforeAll(async () => {
  platform = await startPlatform();
  courier = platform.token({ id: COURIER });
  system = platform.token({ id: SYSTEM, roles: ['System'] });
  admin = platform.token({ id: 1, roles: ['Admin'] });
});

afterAll(() => platform.close());

const get = (path: string, as: string): Promise<Answer> => call(platform, 'GET', path, { as });

async function enqueue(as = system): Promise<string> {
  const answer = await call(platform, 'POST', '/tareas', { as, body: { tipo: 'ping_logistica' } });
  expect(answer.status).toBe(202);
  return answer.body.task_id as string;
}

const idsIn = (answer: Answer): string[] => answer.body.tasks.map((task: { id: string }) => task.id);

test('when a delivery has been confirmed, then its task is read by both paths, first PENDING, then SUCCESS', async () => {
  const accepted = await confirm(platform, COURIER);
  const { task_id, entrega_id } = accepted.body;
  const waiting = await get(`/tarea/${task_id}`, courier);
  expect(waiting).toMatchObject({
    status: 200,
    body: {
      task_id,
      name: 'logistica.procesar_entrega',
      status: 'PENDING',
      ready: false,
      successful: null,
      retry_count: 0,
      broker: 'disponible',
    },
  });
  expect(waiting.body).not.toHaveProperty('result');

  const worker = await platform.startWorker();
  await until(async () => (await get(`/tarea/${task_id}`, courier)).body.ready);
  const done = await get(`/tarea/${task_id}`, courier);
  expect(done.body).toEqual({
    task_id,
    name: 'logistica.procesar_entrega',
    status: 'SUCCESS',
    ready: true,
    successful: true,
    result: {
      entrega_id,
      task_id,
      estado: 'ENTREGADA',
      intento: 0,
      status: 'ENTREGADA',
      retry_count: 0,
      timestamp: expect.any(String),
      worker: expect.any(String),
    },
    retry_count: 0,
    progreso: 100,
    queue: 'logistica',
    entrega_id,
    params: { entrega_id, _retry_count: 0 },
    timestamp: expect.stringMatching(/Z$/),
    broker: 'disponible',
    historial: expect.any(Array),
  });
  expect(done.body.historial.map((step: { tipo: string }) => step.tipo).toSorted()).toEqual([
    'aceptada',
    'aplicada',
    'encolada',
    'firma',
    'inicio',
    'recibida',
  ]);
  expect((await get(`/tareas/${task_id}`, courier)).body).toEqual(done.body);
  await worker.close();
});

test.for(['no-existe', '00000000-0000-4000-8000-000000000000', '%00', "1'%20or%20'1'='1", '..%2f..%2fx'])(
  'when there is no task %s, then both paths say 404, never PENDING',
  async (id) => {
    for (const path of [`/tarea/${id}`, `/tareas/${id}`]) {
      const answer = await get(path, admin);
      expect(answer.body).toEqual(problem(404, 'no-encontrado', 'Tarea no encontrada', path));
      expect(answer.status).toBe(404);
    }
  },
);

test('when an id is longer than any id, then it is 400', async () => {
  expect((await get(`/tarea/${'x'.repeat(65)}`, admin)).status).toBe(400);
});

describe('the list', () => {
  test('when it is asked for, then it tells which tasks there are and which have been enqueued, without params', async () => {
    const task_id = await enqueue();
    const answer = await get('/tareas?limite=1&tipo=ping_logistica', admin);
    expect(answer.status).toBe(200);
    expect(answer.body.message).toEqual(expect.any(String));
    expect(answer.body.tasks).toEqual([
      {
        id: task_id,
        name: 'monitor.ping_logistica',
        state: 'PENDING',
        queue: 'monitor',
        retry_count: 0,
        entrega_id: null,
        creada_por: 'usuario:3',
        creada: expect.stringMatching(/Z$/),
        terminada: null,
        result: null,
        received: expect.stringMatching(/Z$/),
        finished: null,
        worker: null,
        source: 'database',
      },
    ]);
    const available = answer.body.tareas_disponibles as Record<string, unknown>[];
    expect(available.map((task) => task['tipo'])).toEqual(
      expect.arrayContaining([
        'procesar_entrega',
        'health_check',
        'log_activity',
        'generate_metrics',
        'ping_logistica',
      ]),
    );
    expect(available.find((task) => task['tipo'] === 'ping_logistica')).toEqual({
      name: 'monitor.ping_logistica',
      tipo: 'ping_logistica',
      description: 'Ping a logística con su tiempo medido',
      queue: 'monitor',
      timeout: 5,
      params: { type: 'object', properties: {}, additionalProperties: false },
    });
    // As POST /tareas takes it: another attempt of a confirmation.
    expect(available.find((task) => task['tipo'] === 'procesar_entrega')?.['params']).toMatchObject({
      required: ['task_id', 'entrega_id', '_retry_count'],
    });
  });

  test('when pages are followed to the end, then every task comes once, the newest first, and the last page has no Link', async () => {
    const creator = platform.token({ id: 30, roles: ['System'] });
    const ids: string[] = [];
    for (let i = 0; i < 4; i++) ids.push(await enqueue(creator));
    // Seen with the creator's own eyes, not with those of the role.
    const viewer = platform.token({ id: 30 });
    const first = await get('/tareas?limite=2&tipo=ping_logistica', viewer);
    const next = /<(.*)>; rel="next"/.exec(String(first.headers['link']))![1]!;
    expect(next).toMatch(/^\?/);
    const second = await get(`/tareas${next}`, viewer);
    expect([idsIn(first), idsIn(second)]).toEqual([
      [ids[3], ids[2]],
      [ids[1], ids[0]],
    ]);
    expect(second.headers['link']).toBeUndefined();
  });

  test('when thousands of tasks of schedules are newer, then a user finds every own one all the same', async () => {
    const creator = platform.token({ id: 40, roles: ['System'] });
    const viewer = platform.token({ id: 40 });
    const ids = [await enqueue(creator), await enqueue(creator)];
    const mine = await confirm(platform, 40);
    const shared = await createEntrega(platform, COURIER, { asignada_a: 40 });
    const theirs = await call(platform, 'POST', `/entrega/${shared}/confirmar`, {
      as: courier,
      body: await signedBody(platform, shared, COURIER),
    });
    ids.push(mine.body.task_id, theirs.body.task_id);
    await platform.logistica.container.database.unitOfWork.write((tx) =>
      sql`with recursive n(i) as (select 1 union all select i + 1 from n where i < 3000)
        insert into tarea (task_id, tipo, cola, estado, intento, creada_por, params, creada, actualizada)
        select 'programada-' || i, 'monitor.health_check', 'monitor', 'SUCCESS', 0, 'programador', '{}', 0, 0
        from n`.execute(tx),
    );
    const first = await get('/tareas?limite=3', viewer);
    const next = /<(.*)>; rel="next"/.exec(String(first.headers['link']))![1]!;
    const second = await get(`/tareas${next}`, viewer);
    expect([...idsIn(first), ...idsIn(second)]).toEqual(ids.toReversed());
    expect(second.headers['link']).toBeUndefined();
    await platform.logistica.container.database.unitOfWork.write((tx) =>
      tx.deleteFrom('tarea').where('creada_por', '=', 'programador').execute(),
    );
  });

  test('when it is filtered by state and kind, then only those come; a kind that is none is 400', async () => {
    const task_id = await enqueue();
    expect(idsIn(await get('/tareas?estado=PENDING&tipo=monitor.ping_logistica', admin))).toContain(task_id);
    expect(idsIn(await get('/tareas?estado=REVOKED&tipo=ping_logistica', admin))).not.toContain(task_id);
    for (const query of ['?tipo=otra', '?estado=pending', '?limite=1e9', '?cursor=%F0'])
      expect((await get(`/tareas${query}`, admin)).status).toBe(400);
    expect((await get('/tareas?nada=1', admin)).status).toBe(200);
  });
});

describe('who sees a task', () => {
  test('when it is of a delivery, then those see it who see the delivery, and every service with the scope', async () => {
    const id = await createEntrega(platform, COURIER, { asignada_a: 8 });
    const accepted = await call(platform, 'POST', `/entrega/${id}/confirmar`, {
      as: platform.token({ id: 8 }),
      body: await signedBody(platform, id, 8),
    });
    const { task_id } = accepted.body;
    const seen = async (as: string) => {
      const one = await get(`/tarea/${task_id}`, as);
      const listed = idsIn(await get('/tareas?limite=200&tipo=procesar_entrega', as)).includes(task_id);
      return [one.status, listed];
    };
    expect({
      creator: await seen(courier),
      assignee: await seen(platform.token({ id: 8 })),
      admin: await seen(admin),
      system: await seen(system),
      stranger: await seen(platform.token({ id: 9 })),
    }).toEqual({
      creator: [200, true],
      assignee: [200, true],
      admin: [200, true],
      system: [200, true],
      stranger: [404, false],
    });
    const statusFor = async (process: string) => {
      const key = await platform.serviceKey(process);
      return (await call(platform, 'GET', `/tarea/${task_id}`, { key })).status;
    };
    expect([await statusFor('worker'), await statusFor('operator')]).toEqual([200, 200]);
    expect([await statusFor('monitor'), await statusFor('metrics')]).toEqual([403, 403]);
  });

  test('when it is of no delivery, then only its creator, Admin and System see it', async () => {
    const task_id = await enqueue(platform.token({ id: 31, roles: ['System'] }));
    const status = async (as: string) => (await get(`/tareas/${task_id}`, as)).status;
    expect(await status(platform.token({ id: 31 }))).toBe(200);
    expect(await status(admin)).toBe(200);
    expect(await status(system)).toBe(200);
    expect(await status(courier)).toBe(404);
  });

  test('when tasks are read, then nothing personal and no signature is in the answers', async () => {
    const fields = someFields({ direccion: 'Avenida Oculta 77', nombre_recibe: 'Nadie Conocido' });
    const accepted = await confirm(platform, COURIER, fields);
    const answers = JSON.stringify([
      (await get('/tareas?limite=200', admin)).body,
      (await get(`/tarea/${accepted.body.task_id}`, admin)).body,
    ]);
    for (const secret of ['Oculta', 'Nadie', 'firma de Ana', '..', '"mac"', 'firma_payload'])
      expect(answers).not.toContain(secret);
  });
});
