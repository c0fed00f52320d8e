/** Every known difference between the original and this platform, as it ended. */
import { expect, test } from 'vitest';
import { until } from '@medisupply/shared/testing/until';
import { FIELDS, useOriginalClient } from './original-client.ts';

const {
  gateway,
  frontend,
  ask,
  call,
  asAdmin,
  newEntrega,
  sign,
  signed,
  confirm,
  delivered,
  run,
  withoutRedis,
} = useOriginalClient();

const SLOW = { timeout: 90_000 };
const someTime = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
const someId = expect.stringMatching(/^[0-9a-f-]{36}$/);
const task = (tipo: string, params: object = {}) => ({ tipo, ...params });

test(
  'when a delivery is delivered, then its signature is a string, and the verdict stands beside it',
  SLOW,
  async () => {
    const { id } = await delivered();
    const { body } = await asAdmin('GET', `/logistica/entrega/${id}`);
    expect(body).toMatchObject({ integridad_firma: expect.stringContaining('..'), firma_verificada: true });
  },
);

test(
  'when deliveries are created and listed, then firma_recibe and integridad_firma are there',
  SLOW,
  async () => {
    const { direccion, pedido_id } = FIELDS;
    const created = await asAdmin('POST', '/logistica/entregas', { direccion, pedido_id, estado: 'NUEVA' });
    expect(created.body).toMatchObject({ firma_recibe: null, integridad_firma: null });
    const { id } = await delivered();
    const { body } = await asAdmin('GET', '/logistica/entregas?estado=ENTREGADA');
    const row = (body as { id: number }[]).find((entrega) => entrega.id === id);
    expect(row).toMatchObject({
      firma_recibe: expect.stringMatching(/^v1:/),
      integridad_firma: expect.any(String),
    });
  },
);

test('when an answer of ours is sent back, then it is taken; what nobody knows is not', SLOW, async () => {
  const created = await asAdmin('POST', '/logistica/entregas', {
    direccion: FIELDS.direccion,
    pedido_id: FIELDS.pedido_id,
    estado: 'NUEVA',
  });
  const again = { ...created.body, direccion: FIELDS.direccion };
  expect((await asAdmin('POST', '/logistica/entregas', again)).status).toBe(201);
  expect((await asAdmin('POST', '/logistica/entregas', { ...again, precio: 1 })).status).toBe(400);
  const id = created.body.id as number;
  const { body: clear } = await asAdmin('GET', `/logistica/entrega/${id}`);
  const payload = { ...clear, ...FIELDS, entrega_id: id, timestamp: '2026-01-01T00:00:00' };
  const signedBody = await asAdmin('POST', '/autorizador/sign-data', { payload });
  expect(signedBody.status).toBe(200);
  expect((await asAdmin('POST', '/autorizador/validate-signature', signedBody.body)).body.firma_valida).toBe(
    true,
  );
  const body = { ...clear, ...FIELDS, firma_payload: signedBody.body.firma };
  expect((await confirm(id, body)).status).toBe(202);
});

test.each([
  ['/logistica/entregas?_=1&precio=x', 200],
  ['/logistica/tareas?pagina=2', 200],
  ['/logistica/entregas?limite=mil', 400],
])('when GET %s is asked, then %i', async (path, status) => {
  expect((await asAdmin('GET', path)).status).toBe(status);
});

test.each([
  [{ activity_data: { evento: 'turno', piezas: [1, { a: null }] } }, 'turno'],
  [{ activity_data: { activity_type: 'login', user: 'ana' } }, 'login'],
  [{ activity_data: { x: 1 } }, 'actividad'],
  [{}, 'actividad'],
])('when log_activity is sent with %j, then it is stored as it is, as %s', SLOW, async (params, tipo) => {
  const { task_id, result } = await run(task('log_activity', params));
  expect(result).toMatchObject({
    activity_id: someId,
    logged: true,
    timestamp: someTime,
    worker: expect.any(String),
  });
  const { body } = await asAdmin('GET', '/monitor/actividad');
  const row = (body.actividad as { task_id: string }[]).find((item) => item.task_id === task_id);
  expect(row).toMatchObject({ tipo, datos: 'activity_data' in params ? params.activity_data : {} });
});

test(
  "when the original's worker tries a delivery again, then it is the same confirmation",
  SLOW,
  async () => {
    const id = await newEntrega();
    const confirmacion_info = { ...(await signed(id)), usuario_id: 1, timestamp: '2026-01-01T00:00:00' };
    const retry = (_retry_count: number) =>
      asAdmin(
        'POST',
        '/logistica/tareas',
        task('procesar_entrega', { entrega_id: id, _retry_count, confirmacion_info }),
      );
    const first = await retry(1);
    expect(first.status).toBe(202);
    expect((await retry(2)).body.task_id).toBe(first.body.task_id);
  },
);

test('when a delivery was applied, then its task tells it in both ways', SLOW, async () => {
  const { id, task_id } = await delivered();
  const { body } = await asAdmin('GET', `/logistica/tarea/${task_id}`);
  expect(body).toMatchObject({
    successful: true,
    result: {
      entrega_id: id,
      estado: 'ENTREGADA',
      intento: 0,
      status: 'ENTREGADA',
      retry_count: 0,
      timestamp: someTime,
      worker: expect.any(String),
    },
  });
  const { tasks } = (await asAdmin('GET', '/logistica/tareas')).body as { tasks: { id: string }[] };
  expect(tasks.find((item) => item.id === task_id)).toMatchObject({
    result: body.result,
    received: someTime,
    finished: someTime,
    worker: body.result.worker,
    source: 'database',
  });
});

test('when a task has not ended, then successful is null', async () => {
  const ids = await Promise.all(
    Array.from({ length: 8 }, async () => {
      const { body } = await asAdmin('POST', '/logistica/tareas', task('health_check'));
      return body.task_id as string;
    }),
  );
  const { body } = await asAdmin('GET', `/logistica/tarea/${ids.at(-1)}`);
  expect(body.successful).toBe(body.ready ? true : null);
});

test.each([
  [task('validar_inventario', { producto_id: 9, cantidad: 1 }), {}],
  [
    task('generar_reporte', { fecha_inicio: null, fecha_fin: null }),
    {
      reporte_id: someId,
      fecha_inicio: someTime,
      fecha_fin: someTime,
      entregas_procesadas: expect.any(Number),
    },
  ],
  [
    task('health_check'),
    {
      system_status: expect.any(String),
      redis_status: 'connected',
      checks_performed: expect.arrayContaining(['redis']),
    },
  ],
  [task('generate_metrics'), { metrics_id: someId, metrics: { 'redis.conectado': 1 } }],
  [task('ping_logistica'), { ping_id: someId, target_service: 'logistica_inventario' }],
])('when %j has run, then its result has what clients read', SLOW, async (body, expected) => {
  const { result } = await run(body);
  expect(result).toMatchObject({ ...expected, timestamp: someTime, worker: expect.any(String) });
});

test.each([{ tipo: 'otra' }, {}])('when %j is sent, then the tasks there are and examples', async (body) => {
  const answer = await asAdmin('POST', '/logistica/tareas', body);
  expect(answer).toMatchObject({
    status: 400,
    body: {
      available_tasks: expect.arrayContaining(['logistica.procesar_entrega', 'monitor.ping_logistica']),
      ejemplos: expect.any(Array),
    },
  });
});

test.each([
  [{ fecha_inicio: null }, { fecha_inicio: null }],
  [{ fecha_inicio: '2025-01-01T08:00:00' }, { fecha_inicio: new Date('2025-01-01T08:00:00').toISOString() }],
  [{ fecha_inicio: '2025-01-01T08:00:00.123456' }, { fecha_inicio: expect.stringMatching(/\.123Z$/) }],
  [{ fecha_inicio: '01/02/2025' }, { fecha_inicio: '2025-02-01' }],
])('when generar_reporte is asked with %j, then its period is %j', async (period, params) => {
  const { status, body } = await asAdmin('POST', '/logistica/tareas', task('generar_reporte', period));
  expect(status).toBe(202);
  expect((await asAdmin('GET', `/logistica/tarea/${body.task_id}`)).body.params).toEqual(params);
});

test('when generar_reporte is asked with a day that does not exist, then 400', async () => {
  const answer = await asAdmin(
    'POST',
    '/logistica/tareas',
    task('generar_reporte', { fecha_inicio: '31/02/2025' }),
  );
  expect(answer.status).toBe(400);
});

test('when somebody logs in, then the answer says who, as at sign-up', async () => {
  const body = { nombre: 'persona de antes', contrasena: 'tres barcos lentos' };
  const { usuario } = (await call('POST', '/autorizador/signup', { body })).body;
  expect(usuario).toEqual({ id: expect.any(Number), nombre: body.nombre, roles: ['usuario'] });
  expect((await call('POST', '/autorizador/login', { body })).body).toMatchObject({ usuario });
});

test('when a page of ours at another port asks, then it may, with the headers that pages send; nobody else', async () => {
  const preflight = (origin: string) =>
    ask('OPTIONS', `${gateway()}/api/v1/logistica/entregas`, {
      headers: { origin, 'access-control-request-method': 'GET' },
    });
  const { headers } = await preflight(frontend());
  expect(headers.get('access-control-allow-origin')).toBe(frontend());
  const allowed = headers.get('access-control-allow-headers')?.toLowerCase();
  expect(allowed).toContain('x-requested-with');
  expect(allowed).toContain('x-api-key');
  expect((await preflight('http://otra.example')).headers.get('access-control-allow-origin')).toBeNull();
});

test.each(['/api/v1/logistica/entregas', '/health', '/api/v1/monitor/health'])(
  'when %s is asked with OPTIONS or a method that it lacks, then 200 or 405 with Allow',
  async (path) => {
    const options = await ask('OPTIONS', gateway() + path);
    expect([options.status, options.headers.get('allow')]).toEqual([
      200,
      expect.stringContaining('GET, HEAD'),
    ]);
    const deletion = await ask('DELETE', gateway() + path);
    expect([deletion.status, deletion.headers.get('allow')]).toEqual([405, options.headers.get('allow')]);
  },
);

test('when the gateway is asked for its health, then it tells that of the services', async () => {
  const { body } = await ask('GET', `${gateway()}/health`);
  expect(body).toMatchObject({
    status: 'healthy',
    gateway: 'healthy',
    services: {
      autorizador: { status: 'healthy', service: 'autorizador' },
      logistica: { status: 'healthy', service: 'logistica_inventario' },
      monitor: { status: 'healthy', service: 'monitor' },
    },
  });
});

test.each(['/frontend/health', '/frontend/info'])('when %s is asked, then 200', async (path) => {
  expect(await ask('GET', frontend() + path)).toMatchObject({ status: 200, body: { service: 'frontend' } });
});

test('when logistica is asked for by way of monitor, then its broker is described as before, beside ours', async () => {
  const { body } = await asAdmin('GET', '/monitor/logistica-status');
  expect(body.broker_status).toMatchObject({
    redis_connected: true,
    redis_ping: true,
    queues: { default: expect.any(Object), logistica: expect.any(Object), monitor: expect.any(Object) },
    timestamp: someTime,
    status: 'connected',
  });
});

test('when workers are listed, then each has its key beside what it does', async () => {
  const { body } = await asAdmin('GET', '/monitor/workers');
  expect(body.workers[0]).toMatchObject({
    key: `medisupply:worker:${body.workers[0].id}`,
    queues: expect.any(Array),
  });
});

test('when queues are asked for, then celery are the figures of default, and says so', async () => {
  const { queues } = (await asAdmin('GET', '/monitor/queue')).body;
  expect(queues.celery).toEqual({ ...queues.default, alias_de: 'default' });
});

test('when a signature is not good, then 403 whatever state the delivery is in', SLOW, async () => {
  const { id } = await delivered();
  const good = await signed(id);
  expect((await confirm(id, { ...good, nombre_recibe: 'Otra persona' })).status).toBe(403);
  expect((await confirm(id, { ...good, firma_payload: await sign(id + 1) })).status).toBe(403);
  expect((await confirm(id, { ...good, pedido_id: 'PED-8' })).status).toBe(403);
  expect((await confirm(id, good)).status).toBe(409);
});

test(
  'when Redis does not answer, then there are no workers, and why, and logistica is critical',
  SLOW,
  async () => {
    await withoutRedis(async () => {
      await until(async () => {
        const { body } = await asAdmin('GET', '/monitor/logistica-status');
        return body.overall_status === 'critical';
      }, 30_000);
      expect(await asAdmin('GET', '/monitor/workers')).toMatchObject({
        status: 200,
        body: { workers: [], total_workers: 0, motivo: expect.stringContaining('Redis') },
      });
      expect((await asAdmin('GET', '/monitor/logistica-status')).body).toMatchObject({
        overall_status: 'critical',
        broker_status: { redis_connected: false, redis_ping: false, queues: {} },
      });
    });
  },
);
