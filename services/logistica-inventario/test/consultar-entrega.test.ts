import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fieldAad } from '@medisupply/shared/security/field-cipher';
import type { Platform } from '../../../tests/support/platform.ts';
import { startPlatform, until } from '../../../tests/support/platform.ts';
import type { EntregaRow } from '../src/entregas/entregas.repository.ts';
import { call, createEntrega, problem, signedBody, someFields } from './support.ts';

let platform: Platform;
let as: string;

beforeAll(async () => {
  platform = await startPlatform({ worker: true });
  as = platform.token({ id: 7 });
});

afterAll(() => platform.close());

const read = (id: number | string, token = as) => call(platform, 'GET', `/entrega/${id}`, { as: token });

async function deliver(userId = 7): Promise<{ id: number; task_id: string }> {
  const id = await createEntrega(platform, userId);
  const { body } = await call(platform, 'POST', `/entrega/${id}/confirmar`, {
    as: platform.token({ id: userId }),
    body: await signedBody(platform, id, userId),
  });
  await until(async () => (await read(id, platform.token({ id: userId }))).body.estado === 'ENTREGADA');
  return { id, task_id: body.task_id };
}

const change = (id: number, columns: Partial<EntregaRow>) =>
  platform.logistica.container.database.unitOfWork.write((tx) =>
    tx.updateTable('entrega').set(columns).where('id', '=', id).execute(),
  );

test('when a delivery waits, then it is read in clear and its signature is not judged', async () => {
  const id = await createEntrega(platform, 7, { asignada_a: 8 });
  expect((await read(id)).body).toEqual({
    id,
    direccion: 'Calle 10 # 5-51',
    destinatario: null,
    pedido_id: 'PED-1001',
    estado: 'EN_CAMINO',
    nombre_recibe: null,
    firma_recibe: null,
    integridad_firma: null,
    firma_verificada: null,
    firma_clave: null,
    capturado: null,
    foto_sha256: null,
    fecha_entrega: null,
    asignada_a: 8,
    orden: null,
    creada_por: 'usuario:7',
    confirmada_por: null,
    task_id: null,
    items: [],
    historial: [
      {
        estado: 'EN_CAMINO',
        anterior: null,
        momento: expect.any(String),
        actor: 'usuario:7',
        task_id: null,
      },
    ],
  });
});

test('when a delivery is done, then it is read with what was signed, its time and its whole history', async () => {
  const { id, task_id } = await deliver();
  const { body } = await read(id);
  expect(body).toEqual({
    id,
    ...someFields(),
    destinatario: null,
    estado: 'ENTREGADA',
    integridad_firma: expect.stringContaining('..'),
    firma_verificada: true,
    firma_clave: { kid: expect.any(String), revocada: null },
    capturado: null,
    foto_sha256: null,
    fecha_entrega: expect.stringMatching(/Z$/),
    asignada_a: null,
    orden: null,
    creada_por: 'usuario:7',
    confirmada_por: 7,
    task_id,
    items: [],
    historial: [
      {
        estado: 'EN_CAMINO',
        anterior: null,
        momento: expect.any(String),
        actor: 'usuario:7',
        task_id: null,
      },
      {
        estado: 'PENDING_SYSTEM_CONFIRMATION',
        anterior: 'EN_CAMINO',
        momento: expect.any(String),
        actor: 'usuario:7',
        task_id,
      },
      {
        estado: 'ENTREGADA',
        anterior: 'PENDING_SYSTEM_CONFIRMATION',
        momento: body.fecha_entrega,
        actor: 'worker',
        task_id,
      },
    ],
  });
});

describe('a row that was changed behind the platform', () => {
  test('when a signed field was replaced by another valid ciphertext, then firma_verificada is false', async () => {
    const { id } = await deliver();
    const { cipher } = platform.logistica.container;
    await change(id, {
      nombre_recibe: cipher.encrypt('Otra persona', fieldAad('entrega', 'nombre_recibe', id)),
    });
    expect((await read(id)).body).toMatchObject({ nombre_recibe: 'Otra persona', firma_verificada: false });
  });

  test.for([
    { name: 'the order', columns: { pedido_id: 'PED-otro' } },
    { name: 'who confirmed it', columns: { confirmada_por: 99 } },
    { name: 'the signature', columns: { firma: 'e30..AAAA' } },
  ])('when $name was changed, then firma_verificada is false', async ({ columns }) => {
    const { id } = await deliver();
    await change(id, columns);
    expect((await read(id)).body.firma_verificada).toBe(false);
  });

  test("when another delivery's signature was copied in, then firma_verificada is false", async () => {
    const [mine, other] = await Promise.all([deliver(), deliver()]);
    const { firma } = await platform.logistica.container.database.read
      .selectFrom('entrega')
      .select('firma')
      .where('id', '=', other.id)
      .executeTakeFirstOrThrow();
    await change(mine.id, { firma });
    expect((await read(mine.id)).body.firma_verificada).toBe(false);
  });

  test("when another row's ciphertext was copied in, then it is an error that tells nothing, never a pass-through", async () => {
    const [mine, other] = await Promise.all([createEntrega(platform, 7), createEntrega(platform, 7)]);
    const { direccion } = await platform.logistica.container.database.read
      .selectFrom('entrega')
      .select('direccion')
      .where('id', '=', other)
      .executeTakeFirstOrThrow();
    await change(mine, { direccion });
    const detail = 'Error interno; indique el request_id a soporte';
    const bare = { ...problem(500, 'error-interno', detail, `/entrega/${mine}`), title: 'Error interno' };
    expect(await read(mine)).toMatchObject({ status: 500, body: bare });
    await change(mine, { direccion: 'Calle en claro 1' });
    expect((await read(mine)).body).toEqual(bare);
  });
});

test("when it is somebody else's, then it is not found, in the same words as one that does not exist", async () => {
  const stranger = platform.token({ id: 50 });
  const { id: delivered } = await deliver();
  const assigned = await createEntrega(platform, 7, { asignada_a: 8 });
  for (const id of [delivered, assigned, 999_999]) {
    const answer = await read(id, stranger);
    expect(answer.status).toBe(404);
    expect(answer.body).toEqual(problem(404, 'no-encontrado', 'Entrega no encontrada', `/entrega/${id}`));
  }
  expect((await read(delivered, platform.token({ id: 1, roles: ['Admin'] }))).status).toBe(200);
  expect((await read(delivered, platform.token({ id: 1, roles: ['System'] }))).status).toBe(404);
});

test('when a key of a service asks, then it is not allowed', async () => {
  const id = await createEntrega(platform, 7);
  const answer = await call(platform, 'GET', `/entrega/${id}`, {
    key: await platform.serviceKey('operator'),
  });
  expect(answer.status).toBe(403);
});
