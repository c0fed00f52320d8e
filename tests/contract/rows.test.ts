import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { until } from '@medisupply/shared/testing/until';
import { someJpeg } from '../../services/logistica-inventario/test/fotos.ts';
import { rowsOf, section } from '../docs/markdown.ts';
import type { Run } from '../launcher/launch.ts';
import { freePorts, nothingLeft, ROOT, runNpm } from '../launcher/launch.ts';
import type { RunningPlatform } from '../web/global-setup.ts';

/** Every row of the README's tables of endpoints is called on a running platform, through the gateway. */

const SLOW = 120_000;
const PREFIX: Record<string, string> = {
  autorizador: '/autorizador',
  'logistica-inventario': '/logistica',
  monitor: '',
};
const README = await readFile(join(ROOT, 'README.md'), 'utf8');

interface Row {
  operation: string;
  /** As the gateway takes it: `/logistica/entrega/:id`. */
  method: string;
  path: string;
  isPublic: boolean;
  /** Every status that the row names, the good one first. */
  statuses: number[];
}

const ROWS: Row[] = Object.entries(PREFIX).flatMap(([service, prefix]) =>
  rowsOf(section(README, 'Endpoints'), new RegExp(`^${service}$`)).flatMap(
    ([calls = '', who = '', answers = '']) =>
      [...calls.matchAll(/`([A-Z]+) ([^`]+)`/g)].map(([, method = '', path = '']) => ({
        operation: `${method} ${path}`,
        method,
        path: prefix + path,
        isPublic: who === 'all' || who === 'refresh token',
        statuses: [...answers.matchAll(/\b([1-5]\d\d)\b/g)].map(([status]) => Number(status)),
      })),
  ),
);

let folder: string;
/** Undefined when somebody else runs it (tests/compose). */
let platform: Run | undefined;
let base: string;
let admin: string;
let user: string;
let names = 0;

beforeAll(async () => {
  const running = (inject('platforms') as RunningPlatform[] | undefined)?.[0];
  base = `${running?.url ?? (await start())}/api/v1`;
  const contrasena =
    running?.adminContrasena ??
    (await readFile(join(folder, 'data/secrets/admin_contrasena'), 'utf8')).trim();
  admin = (await call('POST', '/autorizador/login', { body: { nombre: 'admin', contrasena } })).body.token;
  user = (await signup()).body.token;
}, SLOW);

async function start(): Promise<string> {
  folder = await mkdtemp(join(tmpdir(), 'medisupply-contract-'));
  const env: Record<string, string> = {
    ...(await freePorts()),
    DATA_DIR: join(folder, 'data'),
    LOG_LEVEL: 'error',
  };
  platform = runNpm(['start'], env);
  await platform.printed('MediSupply está listo');
  return `http://127.0.0.1:${env['GATEWAY_PORT']}`;
}

afterAll(async () => {
  if (!platform) return;
  platform.child.kill('SIGTERM');
  await platform.exit;
  await nothingLeft(join(folder, 'data'));
  await rm(folder, { recursive: true, force: true });
}, SLOW);

interface Answer {
  status: number;
  type: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- answers of every shape are read
  body: any;
}

async function call(
  method: string,
  path: string,
  options: { as?: string; body?: unknown } = {},
): Promise<Answer> {
  const response = await fetch(base + path, {
    method,
    headers: {
      ...(options.as ? { authorization: `Bearer ${options.as}` } : {}),
      ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  });
  const type = response.headers.get('content-type') ?? '';
  if (type.startsWith('text/event-stream')) {
    await response.body?.cancel();
    return { status: response.status, type, body: undefined };
  }
  const text = await response.text();
  return { status: response.status, type, body: type.includes('json') ? JSON.parse(text) : text };
}

const PASSWORD = 'una contraseña larga y rara';
const signup = (nombre = `fila ${++names}`) =>
  call('POST', '/autorizador/signup', { body: { nombre, contrasena: PASSWORD } });
const login = async (contrasena = PASSWORD) => {
  const nombre = `fila ${++names}`;
  await signup(nombre);
  return call('POST', '/autorizador/login', { body: { nombre, contrasena } });
};

const change = async (actual: string) => {
  const { body } = await login();
  return call('POST', '/autorizador/contrasena', {
    as: body.token,
    body: { actual, nueva: 'otra contraseña larga y rara' },
  });
};

const FIELDS = { direccion: 'Calle 1', nombre_recibe: 'Ana', firma_recibe: '<svg/>', pedido_id: 'PED-1' };

async function newEntrega(as = user, more: object = {}): Promise<number> {
  const body = { direccion: FIELDS.direccion, pedido_id: FIELDS.pedido_id, estado: 'EN_CAMINO', ...more };
  return (await call('POST', '/logistica/entregas', { as, body })).body.id;
}

async function confirmBody(entrega_id: number, as = user): Promise<object> {
  const { body } = await call('POST', '/autorizador/sign-data', {
    as,
    body: { payload: { ...FIELDS, entrega_id } },
  });
  return { ...FIELDS, firma_payload: body.firma };
}

async function newConfirmation(): Promise<{ id: number; answer: Answer }> {
  const id = await newEntrega();
  return {
    id,
    answer: await call('POST', `/logistica/entrega/${id}/confirmar`, {
      as: user,
      body: await confirmBody(id),
    }),
  };
}

async function sendFoto(id: number, foto: Uint8Array = someJpeg()): Promise<Answer> {
  const response = await fetch(`${base}/logistica/entrega/${id}/foto`, {
    method: 'POST',
    headers: { authorization: `Bearer ${user}`, 'content-type': 'image/jpeg' },
    body: foto,
  });
  const type = response.headers.get('content-type') ?? '';
  return { status: response.status, type, body: await response.json() };
}

const intentar = (id: number) =>
  call('POST', `/logistica/entrega/${id}/intento-fallido`, { as: user, body: { motivo: 'AUSENTE' } });
async function delivered(): Promise<number> {
  const { id, answer } = await newConfirmation();
  await ended(answer.body.task_id);
  return id;
}

/** The token of a new link to a delivery. */
async function newLink(id: number, body: object = {}): Promise<string> {
  const { url } = (await call('POST', `/logistica/entrega/${id}/enlaces`, { as: user, body })).body;
  return url.replace('/s#', '');
}

const followed = async (token: string) => call('POST', '/logistica/seguimiento', { body: { token } });
const proven = async (token: string, palabra: string) =>
  call('POST', '/logistica/seguimiento/prueba', { body: { token, palabra } });
const NO_LINK = 'A'.repeat(43);

const ended = (taskId: string) =>
  until(async () => (await call('GET', `/logistica/tareas/${taskId}`, { as: admin })).body.ready, 30_000);

async function newTask(body: object): Promise<string> {
  return (await call('POST', '/logistica/tareas', { as: admin, body })).body.task_id;
}

const newProducto = async (stock = 5): Promise<number> =>
  (
    await call('POST', '/logistica/inventario', {
      as: admin,
      body: { sku: `SKU-${++names}`, nombre: 'Gasa', stock },
    })
  ).body.id;

const get = (path: string, as = () => user) => ({ 200: () => call('GET', path, { as: as() }) });

/** What brings each status about. Statuses that need an outage are shown by the tests of `When things fail`. */
const SAMPLES: Record<string, Record<number, () => Promise<Answer>>> = {
  'POST /signup': { 201: () => signup() },
  'POST /login': { 200: () => login(), 401: () => login('no es esta contraseña') },
  'GET /registro': { 200: () => call('GET', '/autorizador/registro') },
  'POST /contrasena': {
    200: async () => change(PASSWORD),
    403: async () => change('no es esta contraseña'),
  },
  'POST /token/refresh': {
    200: async () => {
      const { body } = await login();
      return call('POST', '/autorizador/token/refresh', { body: { refresh_token: body.refresh_token } });
    },
  },
  'POST /logout': {
    200: async () => {
      const { body } = await login();
      return call('POST', '/autorizador/logout', { body: { refresh_token: body.refresh_token } });
    },
  },
  'POST /sign-data': {
    200: () =>
      call('POST', '/autorizador/sign-data', { as: user, body: { payload: { ...FIELDS, entrega_id: 1 } } }),
  },
  'POST /validate-signature': {
    200: () =>
      call('POST', '/autorizador/validate-signature', {
        as: user,
        body: { payload: { ...FIELDS, entrega_id: 1 }, firma: 'no' },
      }),
  },
  'GET /.well-known/jwks.json': { 200: () => call('GET', '/autorizador/.well-known/jwks.json') },
  'GET /usuarios': get('/autorizador/usuarios', () => admin),
  'POST /usuarios': {
    201: () => call('POST', '/autorizador/usuarios', { as: admin, body: { nombre: `fila ${++names}` } }),
  },
  'POST /usuarios/:id/contrasena': {
    201: async () => {
      const { body } = await signup();
      return call('POST', `/autorizador/usuarios/${body.usuario.id}/contrasena`, { as: admin });
    },
  },
  'PATCH /usuarios/:id': {
    200: async () => {
      const { body } = await signup();
      return call('PATCH', `/autorizador/usuarios/${body.usuario.id}`, {
        as: admin,
        body: { activo: false },
      });
    },
    409: () => call('PATCH', '/autorizador/usuarios/1', { as: admin, body: { activo: false } }),
  },
  'POST /entregas': {
    201: () =>
      call('POST', '/logistica/entregas', {
        as: user,
        body: { direccion: 'Calle 1', estado: 'NUEVA', pedido_id: 1 },
      }),
    409: async () => {
      const items = [{ producto_id: await newProducto(1), cantidad: 2 }];
      return call('POST', '/logistica/entregas', {
        as: user,
        body: { direccion: 'Calle 1', estado: 'NUEVA', pedido_id: 1, items },
      });
    },
  },
  'GET /entregas': get('/logistica/entregas?estado=EN_CAMINO&pedido_id=PED-1'),
  'GET /entrega/:id': {
    200: async () => call('GET', `/logistica/entrega/${await newEntrega()}`, { as: user }),
    404: async () =>
      call('GET', `/logistica/entrega/${await newEntrega(admin, { asignada_a: 1 })}`, { as: user }),
  },
  'POST /entrega/:id/confirmar': {
    202: async () => (await newConfirmation()).answer,
    403: async () => {
      const id = await newEntrega();
      const body = { ...(await confirmBody(id)), nombre_recibe: 'Otra persona' };
      return call('POST', `/logistica/entrega/${id}/confirmar`, { as: user, body });
    },
    409: async () => {
      const { id } = await newConfirmation();
      return call('POST', `/logistica/entrega/${id}/confirmar`, { as: user, body: await confirmBody(id) });
    },
  },
  'POST /entrega/:id/foto': {
    201: async () => sendFoto(await newEntrega()),
    200: async () => {
      const id = await newEntrega();
      await sendFoto(id);
      return sendFoto(id);
    },
    400: async () => sendFoto(await newEntrega(), Buffer.from('no')),
    409: async () => sendFoto((await newConfirmation()).id),
  },
  'GET /entrega/:id/foto': {
    200: async () => {
      const id = await newEntrega();
      await sendFoto(id);
      return call('GET', `/logistica/entrega/${id}/foto`, { as: user });
    },
    404: async () => call('GET', `/logistica/entrega/${await newEntrega()}/foto`, { as: user }),
  },
  'POST /entrega/:id/intento-fallido': {
    201: async () => intentar(await newEntrega()),
    409: async () => intentar((await newConfirmation()).id),
  },
  'GET /intentos/motivos': get('/logistica/intentos/motivos'),
  'POST /entregas/lote': {
    200: () => call('POST', '/logistica/entregas/lote', { as: admin, body: { entregas: [{}] } }),
  },
  'POST /entregas/orden': {
    200: () =>
      call('POST', '/logistica/entregas/orden', { as: admin, body: { asignada_a: 1, entregas: [] } }),
    409: async () => {
      const body = { asignada_a: 1, entregas: [await newEntrega()] };
      return call('POST', '/logistica/entregas/orden', { as: admin, body });
    },
  },
  'GET /entrega/:id/prueba': {
    200: async () => call('GET', `/logistica/entrega/${await delivered()}/prueba`, { as: user }),
    409: async () => call('GET', `/logistica/entrega/${await newEntrega()}/prueba`, { as: user }),
  },
  'GET /entrega/:id/enlaces': {
    200: async () => call('GET', `/logistica/entrega/${await newEntrega()}/enlaces`, { as: user }),
  },
  'POST /entrega/:id/enlaces': {
    201: async () =>
      call('POST', `/logistica/entrega/${await newEntrega()}/enlaces`, { as: user, body: { dias: 1 } }),
    409: async () => {
      const id = await newEntrega();
      for (let n = 0; n < 20; n += 1) await newLink(id);
      return call('POST', `/logistica/entrega/${id}/enlaces`, { as: user, body: {} });
    },
  },
  'DELETE /entrega/:id/enlaces/:enlace_id': {
    200: async () => {
      const path = `/logistica/entrega/${await newEntrega()}/enlaces`;
      const { id } = (await call('POST', path, { as: user, body: {} })).body;
      return call('DELETE', `${path}/${id}`, { as: user });
    },
  },
  'POST /seguimiento': {
    200: async () => followed(await newLink(await newEntrega())),
    404: () => followed(NO_LINK),
  },
  'POST /seguimiento/prueba': {
    200: async () => proven(await newLink(await delivered(), { palabra: 'girasol' }), 'girasol'),
    403: async () => proven(await newLink(await newEntrega(), { palabra: 'girasol' }), 'rosa'),
    404: () => proven(NO_LINK, 'girasol'),
  },
  'POST /entregas/:id/cancelar': {
    200: async () => call('POST', `/logistica/entregas/${await newEntrega()}/cancelar`, { as: user }),
    409: async () =>
      call('POST', `/logistica/entregas/${(await newConfirmation()).id}/cancelar`, { as: user }),
  },
  'POST /entregas/:id/tomar': {
    200: async () => call('POST', `/logistica/entregas/${await newEntrega()}/tomar`, { as: admin }),
    409: async () => call('POST', `/logistica/entregas/${(await newConfirmation()).id}/tomar`, { as: admin }),
  },
  'POST /entregas/:id/soltar': {
    200: async () => {
      const id = await newEntrega();
      await call('POST', `/logistica/entregas/${id}/tomar`, { as: admin });
      return call('POST', `/logistica/entregas/${id}/soltar`, { as: admin });
    },
    409: async () =>
      call('POST', `/logistica/entregas/${(await newConfirmation()).id}/soltar`, { as: admin }),
  },
  'GET /mensajeros': { 200: () => call('GET', '/autorizador/mensajeros', { as: admin }) },
  'GET /inventario': get('/logistica/inventario'),
  'GET /inventario/:id': {
    200: async () => call('GET', `/logistica/inventario/${await newProducto()}`, { as: user }),
  },
  'POST /inventario': {
    201: () =>
      call('POST', '/logistica/inventario', { as: admin, body: { sku: `SKU-${++names}`, nombre: 'Gasa' } }),
  },
  'POST /inventario/:id/ajustes': {
    201: async () =>
      call('POST', `/logistica/inventario/${await newProducto()}/ajustes`, {
        as: admin,
        body: { cantidad: 1, motivo: 'recuento' },
      }),
    409: async () =>
      call('POST', `/logistica/inventario/${await newProducto()}/ajustes`, {
        as: admin,
        body: { cantidad: -9, motivo: 'recuento' },
      }),
  },
  'GET /tareas': get('/logistica/tareas'),
  'POST /tareas': {
    202: () => call('POST', '/logistica/tareas', { as: admin, body: { tipo: 'ping_logistica' } }),
    400: () => call('POST', '/logistica/tareas', { as: admin, body: { tipo: 'otra_cosa' } }),
  },
  'GET /tareas/:task_id': {
    200: async () =>
      call('GET', `/logistica/tareas/${(await newConfirmation()).answer.body.task_id}`, { as: user }),
  },
  'GET /tarea/:task_id': {
    200: async () =>
      call('GET', `/logistica/tarea/${(await newConfirmation()).answer.body.task_id}`, { as: user }),
  },
  'DELETE /tareas/:task_id': {
    200: async () => {
      // Many at once, so that some still wait; and again when the worker was faster with the last one.
      for (;;) {
        const ids = await Promise.all(Array.from({ length: 12 }, () => newTask({ tipo: 'health_check' })));
        const answer = await call('DELETE', `/logistica/tareas/${ids.at(-1)}`, { as: admin });
        if (answer.status !== 409) return answer;
      }
    },
    409: async () =>
      call('DELETE', `/logistica/tareas/${(await newConfirmation()).answer.body.task_id}`, { as: admin }),
  },
  'GET /reportes/:task_id.csv': {
    200: async () => {
      const taskId = await newTask({ tipo: 'generar_reporte' });
      await ended(taskId);
      return call('GET', `/logistica/reportes/${taskId}.csv`, { as: admin });
    },
  },
  'GET /monitor/status': get('/monitor/status'),
  'GET /monitor/queue': get('/monitor/queue'),
  'GET /monitor/workers': get('/monitor/workers'),
  'GET /monitor/ping-logistica': get('/monitor/ping-logistica'),
  'GET /monitor/logistica-status': get('/monitor/logistica-status'),
  'GET /monitor/metricas': get('/monitor/metricas'),
  'GET /monitor/actividad': get('/monitor/actividad', () => admin),
  'GET /monitor/eventos': get('/monitor/eventos'),
};

/** Statuses of rows that this file does not bring about, and where they are. */
const ELSEWHERE: Record<string, number[]> = {
  // services/autorizador/test/sesiones.test.ts: five failures are needed, and this address would have to wait.
  'POST /login': [403, 429],
  // services/autorizador/test/registro.test.ts: the platform would have to be closed, or this address wait.
  'POST /signup': [403, 429],
  // services/autorizador/test/sellar-prueba.test.ts: only on its own port, with logistica's service key.
  'POST /sellar-prueba': [200, 409],
  // services/logistica-inventario/test/prueba.test.ts: autorizador would have to be down.
  'GET /entrega/:id/prueba': [503],
  // services/logistica-inventario/test/crear-lote.test.ts: the user would have to wait.
  'POST /entregas/lote': [429],
  // services/logistica-inventario/test/enlaces.test.ts: this address would have to wait.
  'POST /seguimiento': [429],
  'POST /seguimiento/prueba': [429],
  // worker/test/retry.test.ts: the task has to fail for good first.
  'POST /tareas/:task_id/reintentar': [202],
  // services/monitor/test: Redis or logistica down.
  'GET /monitor/queue': [503],
  'GET /monitor/ping-logistica': [408, 500, 503],
};

test('when the tables name a call or a status, then it is called here, or said where', () => {
  expect(ROWS.length).toBeGreaterThan(30);
  const missing = ROWS.flatMap(({ operation, statuses }) =>
    statuses
      .filter((status) => !SAMPLES[operation]?.[status] && !ELSEWHERE[operation]?.includes(status))
      .map((status) => `${operation} ${status}`),
  );
  expect(missing).toEqual([]);
  const named = new Set(ROWS.map(({ operation }) => operation));
  expect(Object.keys({ ...SAMPLES, ...ELSEWHERE }).filter((operation) => !named.has(operation))).toEqual([]);
});

const CALLS = Object.entries(SAMPLES).flatMap(([operation, byStatus]) =>
  Object.entries(byStatus).map(([status, sample]) => ({ operation, status: Number(status), sample })),
);

test.each(CALLS)(
  'when $operation is called, then $status as the table says',
  { timeout: 60_000 },
  async ({ status, sample }) => {
    const answer = await sample();
    expect({ status: answer.status, answer: answer.status === status ? 'as said' : answer.body }).toEqual({
      status,
      answer: 'as said',
    });
    const { detail } = answer.body ?? {};
    const problem = { status, error: detail, mensaje: detail };
    expect(answer.body ?? {}).toMatchObject(status < 400 ? {} : problem);
    expect(answer.type).toMatch(
      status < 400 ? /json|event-stream|csv|image\/jpeg/ : /application\/problem\+json/,
    );
  },
);

test.each(ROWS.filter((row) => !row.isPublic))(
  'when $operation is called by nobody, then 401 with WWW-Authenticate',
  async ({ method, path }) => {
    const response = await fetch(base + path.replace(':id', '1').replace(':task_id', 'x'), { method });
    expect([response.status, response.headers.has('www-authenticate')]).toEqual([401, true]);
  },
);
