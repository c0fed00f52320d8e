import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Platform } from '../../../tests/support/platform.ts';
import { startPlatform, until } from '../../../tests/support/platform.ts';
import { accept, tareaOf } from '../../../worker/test/support.ts';
import { invariantes, validarInventario } from '@medisupply/shared/tasks/logistica';
import { call, createEntrega, signedBody, someFields } from './support.ts';

let platform: Platform;
let admin: string;
let user: string;

beforeAll(async () => {
  platform = await startPlatform({ worker: true });
  admin = platform.token({ id: 1, roles: ['Admin'] });
  user = platform.token({ id: 7 });
});

afterAll(() => platform.close());

let skus = 0;

async function createProducto(stock: number, minimo = 0): Promise<number> {
  const body = { sku: `SKU-${++skus}`, nombre: 'Guantes de nitrilo', stock, minimo };
  const answer = await call(platform, 'POST', '/inventario', { as: admin, body });
  expect(answer.status).toBe(201);
  return answer.body.id as number;
}

const stockOf = async (id: number) => {
  const { body } = await call(platform, 'GET', `/inventario/${id}`, { as: user });
  return { stock: body.stock, reservado: body.reservado, disponible: body.disponible };
};

async function deliver(entregaId: number): Promise<string> {
  const body = await signedBody(platform, entregaId, 7);
  const answer = await call(platform, 'POST', `/entrega/${entregaId}/confirmar`, { as: user, body });
  expect(answer.status).toBe(202);
  await until(async () => (await tareaOf(platform, answer.body.task_id)).estado === 'SUCCESS');
  return answer.body.task_id as string;
}

test('when an Admin creates a product, then its first stock is a row of the ledger', async () => {
  const id = await createProducto(40, 50);
  const { status, body } = await call(platform, 'GET', `/inventario/${id}`, { as: user });
  expect(status).toBe(200);
  expect(body).toEqual({
    id,
    sku: `SKU-${skus}`,
    nombre: 'Guantes de nitrilo',
    stock: 40,
    reservado: 0,
    disponible: 40,
    minimo: 50,
    bajo_minimo: true,
    creado: expect.any(String),
    actualizado: expect.any(String),
    movimientos: [
      {
        id: expect.any(Number),
        cantidad: 40,
        tipo: 'ALTA',
        motivo: 'Existencias iniciales',
        actor: 'usuario:1',
        entrega_id: null,
        momento: expect.any(String),
      },
    ],
  });
});

test('when somebody else writes, a SKU is taken or a product unknown, then 403, 409 and 404', async () => {
  const body = { sku: `SKU-${skus}`, nombre: 'Otro', stock: 1 };
  expect((await call(platform, 'POST', '/inventario', { as: user, body })).status).toBe(403);
  expect((await call(platform, 'POST', '/inventario', { as: admin, body })).status).toBe(409);
  expect((await call(platform, 'GET', '/inventario/999999', { as: user })).status).toBe(404);
  const ajuste = { cantidad: 1, motivo: 'recuento' };
  expect(
    (await call(platform, 'POST', '/inventario/999999/ajustes', { as: admin, body: ajuste })).status,
  ).toBe(404);
  expect((await call(platform, 'GET', '/inventario')).status).toBe(401);
});

test('when stock is adjusted, then it moves by the ledger, the same key once, and never below what is available', async () => {
  const id = await createProducto(10);
  await createEntrega(platform, 7, { items: [{ producto_id: id, cantidad: 4 }] });
  const adjust = (cantidad: number, headers = {}) =>
    call(platform, 'POST', `/inventario/${id}/ajustes`, {
      as: admin,
      body: { cantidad, motivo: 'recuento' },
      headers,
    });
  expect((await adjust(-7)).status).toBe(409);
  expect((await adjust(-6)).body).toMatchObject({ stock: 4, reservado: 4, disponible: 0 });
  const key = { 'idempotency-key': 'ajuste-1' };
  expect((await adjust(5, key)).status).toBe(201);
  expect((await adjust(5, key)).headers['idempotent-replayed']).toBe('true');
  expect(await stockOf(id)).toEqual({ stock: 9, reservado: 4, disponible: 5 });
});

test('when a delivery with items is delivered, then each item is debited once and no longer reserved', async () => {
  const id = await createProducto(10);
  const entrega = await createEntrega(platform, 7, { items: [{ producto_id: id, cantidad: 3 }] });
  expect(await stockOf(id)).toEqual({ stock: 10, reservado: 3, disponible: 7 });
  await deliver(entrega);
  expect(await stockOf(id)).toEqual({ stock: 7, reservado: 0, disponible: 7 });
  const { body } = await call(platform, 'GET', `/inventario/${id}`, { as: user });
  expect(body.movimientos[0]).toMatchObject({ cantidad: -3, tipo: 'SALIDA', entrega_id: entrega });
  const read = await call(platform, 'GET', `/entrega/${entrega}`, { as: user });
  expect(read.body.items).toEqual([
    {
      producto_id: id,
      sku: expect.stringMatching(/^SKU-/),
      nombre: 'Guantes de nitrilo',
      cantidad: 3,
      estado: 'DEBITADO',
    },
  ]);
});

test('when a delivery is cancelled, then its reservation is released', async () => {
  const id = await createProducto(10);
  const entrega = await createEntrega(platform, 7, { items: [{ producto_id: id, cantidad: 3 }] });
  expect((await call(platform, 'POST', `/entregas/${entrega}/cancelar`, { as: user })).status).toBe(200);
  expect(await stockOf(id)).toEqual({ stock: 10, reservado: 0, disponible: 10 });
});

test('when a cancelled delivery still holds a reservation, then invariantes says so and cancelling it again releases it', async () => {
  const id = await createProducto(10);
  const entrega = await createEntrega(platform, 7, { items: [{ producto_id: id, cantidad: 3 }] });
  await platform.logistica.container.database.unitOfWork.write((tx) =>
    tx.updateTable('entrega').set({ estado: 'CANCELADA' }).where('id', '=', entrega).execute(),
  );
  expect(await resultOf(await accept(platform, invariantes))).toMatchObject({
    correcto: false,
    problemas: [`entrega ${entrega}: cancelada con existencias reservadas: 1`],
  });
  expect((await call(platform, 'POST', `/entregas/${entrega}/cancelar`, { as: user })).status).toBe(200);
  expect(await stockOf(id)).toEqual({ stock: 10, reservado: 0, disponible: 10 });
  expect(await resultOf(await accept(platform, invariantes))).toMatchObject({ correcto: true });
});

test('when there is not enough of one item, then nothing at all is created or reserved', async () => {
  const [plenty, scarce] = [await createProducto(10), await createProducto(1)];
  const items = [
    { producto_id: plenty, cantidad: 2 },
    { producto_id: scarce, cantidad: 2 },
  ];
  const { direccion } = someFields();
  const body = { direccion, estado: 'EN_CAMINO', pedido_id: 'PED-NO', items };
  const answer = await call(platform, 'POST', '/entregas', { as: user, body });
  expect(answer).toMatchObject({
    status: 409,
    body: {
      detail: expect.stringContaining('disponibles 1, pedidas 2'),
      errors: [{ path: 'body.items.1.cantidad', message: expect.stringContaining('disponibles 1') }],
    },
  });
  expect(await stockOf(plenty)).toEqual({ stock: 10, reservado: 0, disponible: 10 });
  expect((await call(platform, 'GET', '/entregas?pedido_id=PED-NO', { as: user })).body).toEqual([]);
});

test('when fifty clients order the last ten units at once, then exactly ten get one', async () => {
  const id = await createProducto(10);
  const { direccion, pedido_id } = someFields();
  const body = { direccion, estado: 'EN_CAMINO', pedido_id, items: [{ producto_id: id, cantidad: 1 }] };
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => call(platform, 'POST', '/entregas', { as: user, body })),
  );
  expect(answers.filter((answer) => answer.status === 201)).toHaveLength(10);
  expect(answers.filter((answer) => answer.status === 409)).toHaveLength(40);
  expect(await stockOf(id)).toEqual({ stock: 10, reservado: 10, disponible: 0 });
});

test.each([
  ['unknown', [{ producto_id: 999_999, cantidad: 1 }]],
  ['zero units', [{ producto_id: 1, cantidad: 0 }]],
  [
    'the same product twice',
    [
      { producto_id: 1, cantidad: 1 },
      { producto_id: 1, cantidad: 2 },
    ],
  ],
  ['not a list', { producto_id: 1, cantidad: 1 }],
])('when items are bad (%s), then 400', async (_, items) => {
  const { direccion, pedido_id } = someFields();
  const answer = await call(platform, 'POST', '/entregas', {
    as: user,
    body: { direccion, estado: 'X', pedido_id, items },
  });
  expect(answer.status).toBe(400);
});

test('when products are searched, then wildcards of the database mean nothing', async () => {
  await createProducto(1);
  const search = async (buscar: string) =>
    (await call(platform, 'GET', `/inventario?limite=200&buscar=${encodeURIComponent(buscar)}`, { as: user }))
      .body.length;
  expect(await search('SKU-1')).toBeGreaterThan(0);
  expect(await search('nitrilo')).toBe(skus);
  expect(await search('%')).toBe(0);
  expect(await search('SKU_1')).toBe(0);
});

const resultOf = async (taskId: string) => {
  await until(async () => (await tareaOf(platform, taskId)).terminada !== null);
  return JSON.parse((await tareaOf(platform, taskId)).resultado!) as unknown;
};

test('when validar_inventario runs, then it answers from the stock, also for an unknown product', async () => {
  const id = await createProducto(5);
  const validate = async (params: object) => resultOf(await accept(platform, validarInventario, params));
  expect(await validate({ producto_id: id, cantidad: 5 })).toEqual({
    producto_id: id,
    cantidad_solicitada: 5,
    stock_disponible: 5,
    disponible: true,
    timestamp: expect.any(String),
    worker: expect.any(String),
  });
  expect(await validate({ producto_id: id, cantidad: 6 })).toMatchObject({ disponible: false });
  expect(await validate({ producto_id: 999_999, cantidad: 1 })).toMatchObject({
    stock_disponible: 0,
    disponible: false,
    timestamp: expect.any(String),
    worker: expect.any(String),
  });
});

test('when all is well, then invariantes finds nothing; when rows contradict each other, then it names each', async () => {
  expect(await resultOf(await accept(platform, invariantes))).toMatchObject({
    correcto: true,
    problemas: [],
  });

  const id = await createProducto(9);
  const [one, two] = [
    await createEntrega(platform, 7, { items: [{ producto_id: id, cantidad: 2 }] }),
    await createEntrega(platform, 7),
  ];
  await deliver(one);
  await deliver(two);
  await platform.logistica.container.database.unitOfWork.write(async (tx) => {
    await tx
      .updateTable('movimiento_inventario')
      .set({ cantidad: -1 })
      .where('entrega_id', '=', one)
      .execute();
    const again = {
      entrega_id: two,
      estado: 'ENTREGADA',
      anterior: null,
      momento: 1,
      actor: 'nadie',
      task_id: null,
    };
    await tx.insertInto('entrega_historial').values(again).execute();
  });
  const found = await resultOf(await accept(platform, invariantes));
  expect(found).toMatchObject({
    correcto: false,
    problemas: [
      `entrega ${one}: items sin su débito: 1`,
      `entrega ${two}: historial: 2 filas ENTREGADA`,
      `producto SKU-${skus}: stock 7, movimientos 8`,
    ],
  });
  expect(platform.logs.some((line) => line.includes('invariantes rotos'))).toBe(true);
});
