import { readFile, rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Platform } from '../../../tests/support/platform.ts';
import { startPlatform, until } from '../../../tests/support/platform.ts';
import type { Answer, FakeServer } from './support.ts';
import { call, signedBody, someFields, startFake } from './support.ts';

const USER = 7;

let platform: Platform;
let operator: string;
/** In the place of autorizador: away, until it has something to publish. */
let fake: FakeServer;
let published: string | undefined;

beforeAll(async () => {
  fake = await startFake((request, response) => {
    if (published === undefined || request.url !== '/.well-known/jwks.json') response.writeHead(503).end();
    else response.setHeader('content-type', 'application/json').end(published);
  });
  platform = await startPlatform({
    env: { AUTORIZADOR_URL: fake.url },
    prepare: async (dataDir) => {
      for (const reader of ['logistica-inventario', 'worker'])
        await rm(`${dataDir}/secrets/${reader}/jwks.json`);
    },
  });
  operator = await platform.serviceKey('operator');
});

afterAll(async () => {
  await platform.close();
  await fake.close();
});

/** Without keys no token can be verified, so a service passes the confirmation on. */
async function confirmByService(
  fields: Parameters<typeof signedBody>[3] & object = someFields(),
  signed = fields,
): Promise<Answer> {
  const created = await call(platform, 'POST', '/entregas', {
    key: operator,
    body: { direccion: fields.direccion, pedido_id: fields.pedido_id, estado: 'EN RUTA', asignada_a: USER },
  });
  const { id } = created.body;
  const { firma_payload } = await signedBody(platform, id, USER, signed);
  return send(id, { ...fields, firma_payload });
}

const send = (id: number, confirmacion_info: object): Promise<Answer> =>
  call(platform, 'POST', '/tareas', {
    key: operator,
    body: {
      tipo: 'procesar_entrega',
      entrega_id: id,
      confirmacion_info: { ...confirmacion_info, usuario_id: USER },
    },
  });

const confirmacionOf = (taskId: string) =>
  platform.logistica.container.database.read
    .selectFrom('confirmacion')
    .select(['verificada', 'jti', 'estado'])
    .where('task_id', '=', taskId)
    .executeTakeFirstOrThrow();

const entregaOf = (id: number) =>
  platform.logistica.container.database.read
    .selectFrom('entrega')
    .select(['estado', 'confirmada_por', 'nombre_recibe'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow();

const tareaOf = async (taskId: string) =>
  (await call(platform, 'GET', `/tarea/${taskId}`, { key: operator })).body;

test('when there are no keys at all, then a confirmation waits unverified; with keys a good one is applied and a forged one refused', async () => {
  const good = await confirmByService();
  const forged = await confirmByService(someFields(), someFields({ nombre_recibe: 'Otra' }));
  for (const answer of [good, forged]) {
    expect(answer).toMatchObject({ status: 202, body: { message: 'Tarea enviada', status: 'PENDING' } });
    expect(await confirmacionOf(answer.body.task_id)).toEqual({
      verificada: 'pendiente',
      jti: null,
      estado: 'ACEPTADA',
    });
  }

  // What is no signature at all needs no keys to be refused, and one place is one place.
  const malformed = await call(platform, 'POST', '/entregas', {
    key: operator,
    body: { direccion: 'x', pedido_id: 'PED-1001', estado: 'EN RUTA', asignada_a: USER },
  });
  expect((await send(malformed.body.id, { ...someFields(), firma_payload: 'firma' })).status).toBe(403);
  const second = await signedBody(platform, good.body.entrega_id, USER, someFields());
  expect((await send(good.body.entrega_id, second)).status).toBe(409);
  // A person's token cannot be verified either, and may be a good one; what is no token is refused without a key.
  expect(await call(platform, 'GET', '/entregas', { as: platform.token({ id: USER }) })).toMatchObject({
    status: 503,
    headers: { 'retry-after': '2' },
    body: { type: 'urn:medisupply:problem:no-disponible' },
  });
  expect((await call(platform, 'GET', '/entregas', { as: 'x.y.z' })).status).toBe(401);

  // A worker without keys puts the tasks off, and that uses up no attempt.
  const { database, outbox, keySet } = platform.logistica.container;
  await platform.startWorker();
  const members = { ...someFields(), capturado: '2026-11-25T10:00:00.000Z' };
  const timed = await confirmByService(members);
  const left = await confirmByService(someFields(), members);
  const added = await confirmByService(members, someFields());
  const tasks = [good, forged, timed, left, added].map(({ body }) => body.task_id as string);
  await until(async () => {
    const rows = await database.read
      .selectFrom('outbox')
      .select('gen')
      .where('task_id', 'in', tasks)
      .where('disponible', '>', Date.now())
      .execute();
    return rows.length === tasks.length && rows.every((row) => row.gen >= 1);
  });
  for (const task_id of tasks) {
    expect(await tareaOf(task_id)).toMatchObject({ ready: false, retry_count: 0 });
  }
  expect(await entregaOf(good.body.entrega_id)).toMatchObject({ estado: 'PENDING_SYSTEM_CONFIRMATION' });

  published = await readFile(`${platform.dataDir}/secrets/monitor/jwks.json`, 'utf8');
  expect(await keySet.refresh()).toBe(true);
  await database.unitOfWork.write((tx) =>
    tx.updateTable('outbox').set({ disponible: Date.now() }).where('task_id', 'in', tasks).execute(),
  );
  outbox.relay.wake();

  await until(async () => (await Promise.all(tasks.map(tareaOf))).every(({ ready }) => ready));
  // What is signed besides is verified as well, and what is not signed is no part of it.
  expect((await Promise.all(tasks.map(tareaOf))).map(({ status }) => status)).toEqual([
    'SUCCESS',
    'FAILURE',
    'SUCCESS',
    'FAILURE',
    'FAILURE',
  ]);
  expect(await tareaOf(tasks[0]!)).toMatchObject({ status: 'SUCCESS', retry_count: 0 });
  expect(await confirmacionOf(tasks[0]!)).toEqual({
    verificada: 'local',
    jti: expect.any(String),
    estado: 'APLICADA',
  });
  expect(await entregaOf(good.body.entrega_id)).toMatchObject({ estado: 'ENTREGADA', confirmada_por: USER });

  expect(await tareaOf(tasks[1]!)).toMatchObject({
    status: 'FAILURE',
    successful: false,
    error: 'Firma no válida: La firma no corresponde a los datos',
  });
  expect(await confirmacionOf(tasks[1]!)).toMatchObject({ estado: 'RECHAZADA', jti: null });
  expect(await entregaOf(forged.body.entrega_id)).toEqual({
    estado: 'EN RUTA',
    confirmada_por: null,
    nombre_recibe: null,
  });

  // Its place is free.
  const as = platform.token({ id: 8, roles: ['Admin'] });
  const id = forged.body.entrega_id as number;
  const again = await call(platform, 'POST', `/entrega/${id}/confirmar`, {
    as,
    body: await signedBody(platform, id, 8),
  });
  expect(again.status).toBe(202);
  await until(async () => (await entregaOf(id)).estado === 'ENTREGADA');
  expect(await entregaOf(id)).toMatchObject({ confirmada_por: 8 });
  const { historial } = (await call(platform, 'GET', `/entrega/${id}`, { as })).body;
  expect(historial.map((row: { estado: string }) => row.estado)).toEqual([
    'EN RUTA',
    'PENDING_SYSTEM_CONFIRMATION',
    'EN RUTA',
    'PENDING_SYSTEM_CONFIRMATION',
    'ENTREGADA',
  ]);
});
