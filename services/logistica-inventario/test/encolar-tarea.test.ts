import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Platform } from '../../../tests/support/platform.ts';
import { startPlatform, until } from '../../../tests/support/platform.ts';
import type { Answer } from './support.ts';
import { call, createEntrega, json, problem, send, signedBody, someFields } from './support.ts';

const USER = 7;

let platform: Platform;
let system: string;

beforeAll(async () => {
  platform = await startPlatform({ worker: true });
  system = platform.token({ id: 3, roles: ['System'] });
});

afterAll(() => platform.close());

const post = (body: unknown, headers: Record<string, string> = {}, as = system): Promise<Answer> =>
  call(platform, 'POST', '/tareas', { as, body, headers });

const activity = {
  tipo: 'nota',
  descripcion: 'Turno iniciado',
  usuario_id: 7,
  datos: { turno: 'mañana', n: 1 },
};

describe('each kind of task', () => {
  test.for([
    { body: { tipo: 'health_check' }, name: 'monitor.health_check' },
    { body: { tipo: 'generate_metrics' }, name: 'monitor.generate_metrics' },
    { body: { tipo: 'ping_logistica' }, name: 'monitor.ping_logistica' },
    { body: { tipo: 'log_activity', activity_data: activity }, name: 'monitor.log_activity' },
  ])('when $body.tipo is sent, then it is accepted, enqueued and run', async ({ body, name }) => {
    const answer = await post(body);
    expect(answer.status).toBe(202);
    expect(answer.body).toEqual({
      message: 'Tarea enviada',
      task_id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/),
      task_name: name,
      status: 'PENDING',
      queue: 'monitor',
      timestamp: expect.stringMatching(/Z$/),
    });
    await until(
      async () =>
        (await call(platform, 'GET', `/tarea/${answer.body.task_id}`, { as: system })).body.status ===
        'SUCCESS',
    );
  });
});

test.for(['otra', 'monitor.health_check', 'PING_LOGISTICA', '__proto__', 'toString', 'constructor'])(
  'when tipo is %s, then it is 400 with the kinds there are and examples that work',
  async (tipo) => {
    const answer = await post({ tipo });
    expect(answer.status).toBe(400);
    const detail = `Tipo de tarea desconocido: ${tipo}`;
    expect(answer.body).toEqual(
      problem(400, 'solicitud-invalida', detail, '/tareas', {
        available_tasks: expect.arrayContaining([
          'procesar_entrega',
          'health_check',
          'log_activity',
          'generate_metrics',
          'ping_logistica',
        ]),
        ejemplos: expect.any(Array),
      }),
    );
    for (const example of answer.body.ejemplos as { tipo: string }[]) {
      expect((await post(example)).status).toBe(example.tipo === 'procesar_entrega' ? 409 : 202);
    }
  },
);

describe('parameters', () => {
  test.for([
    [{ tipo: 'health_check', estado: 'SUCCESS' }, 'body.estado'],
    [{ tipo: 'ping_logistica', _retry_count: -5 }, 'body._retry_count'],
    [{ tipo: 'log_activity' }, 'body.activity_data'],
    [{ tipo: 'log_activity', activity_data: null }, 'body.activity_data'],
    [{ tipo: 'log_activity', activity_data: { ...activity, roles: ['Admin'] } }, 'body.activity_data.roles'],
    [
      { tipo: 'log_activity', activity_data: { ...activity, usuario_id: '7' } },
      'body.activity_data.usuario_id',
    ],
    [
      { tipo: 'log_activity', activity_data: { ...activity, datos: { a: [] } } },
      'body.activity_data.datos.a',
    ],
  ] as const)('when %j is sent, then it is 400 and names %s', async ([body, path]) => {
    const answer = await post(body);
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ path }] } });
  });

  test('when a task has thousands of unknown parameters, then the answer names a few of them', async () => {
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`k${i}`, 1]));
    const answer = await post({ tipo: 'health_check', ...many });
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toHaveLength(20);
    expect(answer.body.errors[0]).toEqual({ path: 'body.k0', message: 'Campo desconocido' });
    expect(JSON.stringify(answer.body).length).toBeLessThan(4_000);
  });

  test.for([
    '{"tipo":"health_check","__proto__":{"x":1}}',
    '{"tipo":"log_activity","activity_data":{"tipo":"a","__proto__":{"x":1}}}',
    String.raw`{"tipo":"log_activity","activity_data":{"tipo":"a","datos":{"__pr\u006fto__":{"x":1}}}}`,
  ])('when %s is sent, then it is 400', async (body) => {
    expect((await send(platform, 'POST', '/tareas', { headers: json(system), body })).status).toBe(400);
  });

  test('when a text has no canonical form, then it is 400, and nothing that cannot be sent reaches the outbox', async () => {
    const bodies = [
      `{"tipo":"log_activity","activity_data":{"tipo":"nota","datos":{"a":"\\ud800"}}}`,
      `{"tipo":"log_activity","activity_data":{"tipo":"nota","datos":{"\\udfff":"a"}}}`,
    ];
    for (const body of bodies)
      expect((await send(platform, 'POST', '/tareas', { headers: json(system), body })).status).toBe(400);
    // A row that cannot be signed would hold up every delivery behind it.
    const id = await createEntrega(platform, USER);
    const as = platform.token({ id: USER });
    await call(platform, 'POST', `/entrega/${id}/confirmar`, {
      as,
      body: await signedBody(platform, id, USER),
    });
    await until(
      async () => (await call(platform, 'GET', `/entrega/${id}`, { as })).body.estado === 'ENTREGADA',
    );
  });
});

describe('who may enqueue', () => {
  const body = { tipo: 'ping_logistica' };

  test('when a usuario sends it, then it is 403, whatever the body says', async () => {
    const usuario = platform.token({ id: USER });
    for (const wanted of [body, { tipo: 'otra' }, {}, { ...body, roles: ['System'] }]) {
      const answer = await post(wanted, {}, usuario);
      expect(answer.body).toEqual(
        problem(403, 'no-permitido', 'Se necesita el rol Admin o System', '/tareas'),
      );
      expect(answer.status).toBe(403);
    }
  });

  test('when an Admin, a System user or a service with the scope sends it, then it is 202', async () => {
    expect((await post(body, {}, platform.token({ id: 1, roles: ['Admin'] }))).status).toBe(202);
    expect((await post(body, {}, platform.token({ id: 4, roles: ['usuario', 'System'] }))).status).toBe(202);
    for (const [process, status] of [
      ['worker', 202],
      ['operator', 202],
      ['monitor', 403],
    ] as const) {
      const key = await platform.serviceKey(process);
      expect((await call(platform, 'POST', '/tareas', { key, body })).status).toBe(status);
    }
  });

  test('when a service has a key without the scope, then it is 403', async () => {
    for (const process of ['metrics', 'logistica-inventario']) {
      const key = await platform.serviceKey(process);
      const answer = await call(platform, 'POST', '/tareas', { key, body });
      expect(answer).toMatchObject({
        status: 403,
        body: { detail: 'Esta clave de servicio no da acceso a la operación' },
      });
    }
  });
});

describe('Idempotency-Key', () => {
  test('when the same task is sent again, then it is the same task', async () => {
    const headers = { 'idempotency-key': 'tarea-1' };
    const first = await post({ tipo: 'ping_logistica' }, headers);
    const again = await Promise.all(
      Array.from({ length: 5 }, () => post({ tipo: 'ping_logistica' }, headers)),
    );
    for (const answer of again) {
      expect(answer.headers['idempotent-replayed']).toBe('true');
      expect(answer.body).toEqual(first.body);
    }
  });

  test('when another task is sent with it, then it is 422', async () => {
    const headers = { 'idempotency-key': 'tarea-2' };
    expect((await post({ tipo: 'ping_logistica' }, headers)).status).toBe(202);
    expect((await post({ tipo: 'health_check' }, headers)).status).toBe(422);
  });
});

describe('procesar_entrega with confirmacion_info', () => {
  async function prepared(userId = USER, entrega: Record<string, unknown> = {}) {
    const id = await createEntrega(platform, USER, entrega);
    const info = { ...(await signedBody(platform, id, userId)), usuario_id: userId };
    return { id, info };
  }

  const confirmBy = (entrega_id: number, confirmacion_info: unknown, as = system) =>
    post({ tipo: 'procesar_entrega', entrega_id, confirmacion_info }, {}, as);

  const stateOf = async (id: number) =>
    (await call(platform, 'GET', `/entrega/${id}`, { as: platform.token({ id: 1, roles: ['Admin'] }) })).body
      .estado;

  test('when it is well signed, then it is accepted as the signing user, applied once, and repeated with the same answer', async () => {
    const { id, info } = await prepared();
    const first = await confirmBy(id, { ...info, entrega_id: id });
    expect(first).toMatchObject({
      status: 202,
      body: {
        message: 'Tarea enviada',
        entrega_id: id,
        task_name: 'logistica.procesar_entrega',
        queue: 'logistica',
        status: 'PENDING',
      },
    });
    await until(async () => (await stateOf(id)) === 'ENTREGADA');
    expect((await confirmBy(id, info)).body).toEqual(first.body);
    const read = await call(platform, 'GET', `/entrega/${id}`, { as: platform.token({ id: USER }) });
    expect(read.body).toMatchObject({ confirmada_por: USER, integridad_firma: true });
    expect(read.body.historial).toHaveLength(3);
    // The user's own way gives the stored answer too.
    const { usuario_id: _, ...body } = info;
    const own = await call(platform, 'POST', `/entrega/${id}/confirmar`, {
      as: platform.token({ id: USER }),
      body,
    });
    expect(own.body).toEqual(first.body);
  });

  test('when a service key sends it, then it is accepted too', async () => {
    const { id, info } = await prepared();
    const answer = await call(platform, 'POST', '/tareas', {
      key: await platform.serviceKey('operator'),
      body: { tipo: 'procesar_entrega', entrega_id: id, confirmacion_info: info },
    });
    expect(answer.status).toBe(202);
  });

  test('when it is forged, or replayed for another delivery or user, then it is 403 and nothing changes', async () => {
    const { id, info } = await prepared();
    const other = await prepared();
    for (const changed of [
      { ...info, nombre_recibe: 'Eva' },
      { ...info, firma_payload: '' },
      { ...info, firma_payload: other.info.firma_payload },
    ]) {
      const answer = await confirmBy(id, changed);
      expect(answer.body).toEqual(problem(403, 'firma-no-valida', 'Firma no válida', '/tareas'));
      expect(answer.status).toBe(403);
    }
    expect((await confirmBy(other.id, info)).status).toBe(403);
    expect((await confirmBy(id, { ...info, usuario_id: 8 })).status).toBe(404);
    const { id: shared, info: signed } = await prepared(USER, { asignada_a: 8 });
    expect((await confirmBy(shared, { ...signed, usuario_id: 8 })).status).toBe(403);
    expect(await stateOf(id)).toBe('EN_CAMINO');
  });

  test('when the caller is an Admin, then it is still the signing user who must be allowed to see it', async () => {
    const { id, info } = await prepared(9, { asignada_a: 8 });
    const admin = platform.token({ id: 1, roles: ['Admin'] });
    expect((await confirmBy(id, info, admin)).status).toBe(404);
  });

  test('when it does not fit the delivery, then it is 404, 409 or 400', async () => {
    const { id, info } = await prepared();
    expect((await confirmBy(999_999, info)).status).toBe(404);
    expect((await confirmBy(id, { ...info, pedido_id: 'PED-otro' })).status).toBe(409);
    expect((await confirmBy(id, { ...info, entrega_id: id + 1 })).status).toBe(400);
  });

  test.for([null, 'texto', [], {}, 5])('when confirmacion_info is %j, then it is 400', async (info) => {
    const id = await createEntrega(platform, USER);
    expect((await confirmBy(id, info)).status).toBe(400);
  });

  test.for(['firma_payload', 'usuario_id', 'direccion', 'nombre_recibe', 'firma_recibe', 'pedido_id'])(
    'when %s is absent or null, then it is 400 and named',
    async (field) => {
      const info: Record<string, unknown> = { ...someFields(), firma_payload: 'x', usuario_id: USER };
      for (const changed of [
        { ...info, [field]: undefined },
        { ...info, [field]: null },
      ]) {
        const answer = await confirmBy(1, changed);
        expect(answer).toMatchObject({
          status: 400,
          body: { errors: [{ path: `body.confirmacion_info.${field}` }] },
        });
      }
    },
  );

  test('when state or arguments of the queue are smuggled in, then it is 400', async () => {
    const { id, info } = await prepared();
    for (const more of [{ mac: 'x' }, { estado: 'ENTREGADA' }, { task_id: 'x' }, { _retry_count: 0 }]) {
      const answer = await post({
        tipo: 'procesar_entrega',
        entrega_id: id,
        confirmacion_info: info,
        ...more,
      });
      expect(answer.status).toBe(400);
      expect((await confirmBy(id, { ...info, ...more })).status).toBe(400);
    }
    expect(await stateOf(id)).toBe('EN_CAMINO');
  });
});
