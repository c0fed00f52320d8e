import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Platform } from '../../../tests/support/platform.ts';
import { startPlatform } from '../../../tests/support/platform.ts';
import { fieldAad } from '@medisupply/shared/security/field-cipher';
import { call, json, problem, send } from './support.ts';

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

let platform: Platform;
let as: string;

beforeAll(async () => {
  platform = await startPlatform({ redis: false });
  as = platform.token({ id: 7 });
});

afterAll(() => platform.close());

const someEntrega = (fields: Record<string, unknown> = {}) => ({
  direccion: 'Calle 10 # 5-51',
  estado: 'EN_CAMINO',
  pedido_id: 'PED-1',
  ...fields,
});

const create = (body: unknown, headers: Record<string, string> = {}, token = as) =>
  call(platform, 'POST', '/entregas', { as: token, body, headers });

async function countOf(pedidoId: string): Promise<number> {
  const { read } = platform.logistica.container.database;
  const rows = await read.selectFrom('entrega').select('id').where('pedido_id', '=', pedidoId).execute();
  return rows.length;
}

test('when a delivery is created, then the answer is the row as it is stored, with its history and event', async () => {
  const answer = await create(someEntrega({ pedido_id: 'PED-todo', asignada_a: 12 }));
  expect(answer.status).toBe(201);
  const { id } = answer.body;
  expect(answer.body).toEqual({
    id: expect.any(Number),
    direccion: expect.stringMatching(/^v1:[A-Za-z0-9_-]+(:[A-Za-z0-9_-]+){3}$/),
    destinatario: null,
    pedido_id: 'PED-todo',
    estado: 'EN_CAMINO',
    asignada_a: 12,
    orden: null,
    creada_por: 'usuario:7',
    confirmada_por: null,
    nombre_recibe: null,
    firma_recibe: null,
    integridad_firma: null,
    fecha_entrega: null,
    creada: expect.stringMatching(ISO),
    actualizada: answer.body.creada,
  });

  const { database, cipher } = platform.logistica.container;
  const row = await database.read
    .selectFrom('entrega')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  expect(row.direccion).toBe(answer.body.direccion);
  expect(cipher.decrypt(row.direccion, fieldAad('entrega', 'direccion', id))).toBe('Calle 10 # 5-51');
  const read = await call(platform, 'GET', `/entrega/${id}`, { as });
  expect(read.body.historial).toEqual([
    { estado: 'EN_CAMINO', anterior: null, momento: answer.body.creada, actor: 'usuario:7', task_id: null },
  ]);
  const eventos = await database.read
    .selectFrom('evento')
    .select(['tipo', 'datos'])
    .where('entrega_id', '=', id)
    .execute();
  expect(eventos).toEqual([{ tipo: 'creada', datos: '{"estado":"EN_CAMINO","asignada_a":12}' }]);
});

test('when two deliveries have one address, then their ciphertexts differ', async () => {
  const [first, second] = await Promise.all([create(someEntrega()), create(someEntrega())]);
  expect(first.body.direccion).not.toBe(second.body.direccion);
});

test('when a service creates a delivery with its key, then it belongs to the service', async () => {
  const answer = await call(platform, 'POST', '/entregas', {
    key: await platform.serviceKey('operator'),
    body: someEntrega(),
  });
  expect(answer).toMatchObject({ status: 201, body: { creada_por: 'servicio:operator' } });
});

test('when pedido_id is an integer, then it becomes its string', async () => {
  expect((await create(someEntrega({ pedido_id: 1001 }))).body.pedido_id).toBe('1001');
});

test('when text comes decomposed, then it is stored composed', async () => {
  const answer = await create(someEntrega({ pedido_id: 'cafe\u0301' }));
  expect(answer.body.pedido_id).toBe('café');
});

describe('reserved states', () => {
  test.for([
    'ENTREGADA',
    'entregada',
    ' Entregada ',
    '\u00a0ENTREGADA\n',
    'PENDING_SYSTEM_CONFIRMATION',
    'pending_system_confirmation',
    'PENDıNG_SYſTEM_CONFıRMATION',
    'FAILED_MAX_RETRIES',
    '\tFailed_Max_Retries',
    'CANCELADA',
    'Cancelada',
    // What looks like one of them: letters of other scripts, fullwidth forms, characters that show nothing.
    'САNСELАDА',
    'ΕΝΤRΕGΑDΑ',
    'ＥＮＴＲＥＧＡＤＡ',
    'ENTRE\u200bGADA\ufe0f',
    'CANCE\u00adLADA',
  ])('when a client sets %j, then it is refused and nothing is stored', async (estado) => {
    const before = await countOf('PED-reservado');
    const answer = await create(someEntrega({ estado, pedido_id: 'PED-reservado' }));
    const message =
      'Estado reservado; lo pone la plataforma (ENTREGADA, PENDING_SYSTEM_CONFIRMATION, FAILED_MAX_RETRIES, CANCELADA, INTENTO_FALLIDO)';
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual(
      problem(400, 'solicitud-invalida', `Datos no válidos: estado: ${message}`, '/entregas', {
        errors: [{ path: 'body.estado', message }],
      }),
    );
    expect(await countOf('PED-reservado')).toBe(before);
  });

  test.for(['ENTREGADA-PARCIAL', 'EN CAMINO', 'NO ENTREGADA', 'x'.repeat(64)])(
    'when the state is %j, then it is free text and taken',
    async (estado) => {
      expect(await create(someEntrega({ estado }))).toMatchObject({ status: 201, body: { estado } });
    },
  );
});

test('when every field is bad, then every one of them is named', async () => {
  const answer = await create({ direccion: '', estado: 5, pedido_id: null, asignada_a: '12', creador_id: 1 });
  expect(answer.status).toBe(400);
  expect(answer.body.errors).toEqual([
    { path: 'body.direccion', message: 'No puede estar vacío' },
    { path: 'body.estado', message: 'Debe ser una cadena de texto' },
    { path: 'body.pedido_id', message: 'Debe ser texto de 1 a 64 caracteres o un número entero' },
    { path: 'body.asignada_a', message: 'Debe ser un número entero' },
    { path: 'body.creador_id', message: 'Campo desconocido' },
  ]);
});

test('when fields of our own answers are sent back, then they change nothing', async () => {
  const echo = { id: 99_999, creada_por: 'usuario:1', confirmada_por: 1, firma: 'x', fecha_entrega: 'ayer' };
  const { status, body } = await create(someEntrega(echo));
  expect({ status, body }).toMatchObject({
    status: 201,
    body: { confirmada_por: null, fecha_entrega: null, integridad_firma: null },
  });
  expect(body.id).not.toBe(echo.id);
  expect(body.creada_por).not.toBe(echo.creada_por);
});

test('when fields of the platform are sent, then the request is refused and names them', async () => {
  for (const field of ['creador_id', 'jti', 'roles', 'mac', 'verificada']) {
    const answer = await create(someEntrega({ [field]: 1 }));
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: `body.${field}` }] } });
  }
});

test.for([
  '{"__proto__":{"asignada_a":9},"direccion":"Calle 1","estado":"A","pedido_id":"PED-proto"}',
  '{"constructor":{"prototype":{"asignada_a":9}},"direccion":"Calle 1","estado":"A","pedido_id":"PED-proto"}',
])('when the body reaches for a prototype (%s), then it is refused', async (body) => {
  const answer = await send(platform, 'POST', '/entregas', { headers: json(as), body });
  expect(answer.status).toBe(400);
  expect(Object.prototype).not.toHaveProperty('asignada_a');
  expect(await countOf('PED-proto')).toBe(0);
});

describe('Idempotency-Key', () => {
  test.for(['/entregas/', '/ENTREGAS', '/entregas?'])(
    'when the route is spelled %s, then it is the same route to a key',
    async (spelling) => {
      const headers = { 'idempotency-key': `clave${spelling}` };
      const first = await create(someEntrega(), headers);
      const again = await call(platform, 'POST', spelling, { as, body: someEntrega(), headers });
      expect([again.status, again.headers['idempotent-replayed'], again.body]).toEqual([
        201,
        'true',
        first.body,
      ]);
    },
  );

  test('when the same body comes again, then the answer is replayed and there is one row', async () => {
    const body = someEntrega({ pedido_id: 'PED-idem' });
    const first = await create(body, { 'idempotency-key': 'clave-1' });
    const second = await create(body, { 'idempotency-key': 'clave-1' });
    expect(first.headers['idempotent-replayed']).toBeUndefined();
    expect(second.headers['idempotent-replayed']).toBe('true');
    expect({ status: second.status, body: second.body }).toEqual({ status: 201, body: first.body });
    expect(await countOf('PED-idem')).toBe(1);
  });

  test('when the members of the same body come in another order, then it is still the same body', async () => {
    const headers = { 'idempotency-key': 'clave-orden' };
    const first = await create({ direccion: 'Calle 1', estado: 'A', pedido_id: 'PED-orden' }, headers);
    const second = await create({ pedido_id: 'PED-orden', estado: 'A', direccion: 'Calle 1' }, headers);
    expect(second).toMatchObject({ status: 201, body: first.body });
  });

  test('when another body comes with it, then it is refused', async () => {
    const headers = { 'idempotency-key': 'clave-2' };
    await create(someEntrega({ pedido_id: 'PED-a' }), headers);
    const answer = await create(someEntrega({ pedido_id: 'PED-otra' }), headers);
    expect(answer.status).toBe(422);
    expect(answer.body).toEqual(
      problem(422, 'clave-reutilizada', 'La Idempotency-Key ya se usó con otro cuerpo', '/entregas'),
    );
    expect(await countOf('PED-otra')).toBe(0);
  });

  test('when twenty clients send it at once, then there is one row and one answer for all', async () => {
    const body = someEntrega({ pedido_id: 'PED-paralela' });
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => create(body, { 'idempotency-key': 'clave-3' })),
    );
    expect(new Set(answers.map((answer) => `${answer.status} ${answer.body.id}`))).toEqual(
      new Set([`201 ${answers[0]!.body.id}`]),
    );
    expect(answers.filter((answer) => answer.headers['idempotent-replayed'] === 'true')).toHaveLength(19);
    expect(await countOf('PED-paralela')).toBe(1);
  });

  test('when another user sends the same key, then it is another key', async () => {
    const body = someEntrega({ pedido_id: 'PED-ajena' });
    const first = await create(body, { 'idempotency-key': 'clave-4' });
    const second = await create(body, { 'idempotency-key': 'clave-4' }, platform.token({ id: 8 }));
    expect(second).toMatchObject({ status: 201, body: { creada_por: 'usuario:8' } });
    expect(second.body.id).not.toBe(first.body.id);
  });

  test('when a refused request is corrected, then its key is still free', async () => {
    const headers = { 'idempotency-key': 'clave-5' };
    expect((await create(someEntrega({ estado: 'ENTREGADA' }), headers)).status).toBe(400);
    expect((await create(someEntrega(), headers)).status).toBe(201);
  });

  test('when a key is a day old, then it is forgotten', async () => {
    const headers = { 'idempotency-key': 'clave-6' };
    const first = await create(someEntrega(), headers);
    await platform.logistica.container.database.unitOfWork.write((tx) =>
      tx
        .updateTable('idempotencia')
        .set((eb) => ({ creada: eb('creada', '-', 24 * 3_600_000) }))
        .execute(),
    );
    const second = await create(someEntrega({ pedido_id: 'PED-nuevo' }), headers);
    expect(second.status).toBe(201);
    expect(second.body.id).not.toBe(first.body.id);
  });

  test.for(['con espacio', 'x'.repeat(129)])('when the key is %j, then it is refused', async (key) => {
    expect((await create(someEntrega(), { 'idempotency-key': key })).status).toBe(400);
  });
});
