import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Rol } from '@medisupply/shared/contracts/vocabulary';
import type { Platform } from '../../../tests/support/platform.ts';
import { startPlatform } from '../../../tests/support/platform.ts';
import type { Answer } from './support.ts';
import { call, createEntrega, signedBody } from './support.ts';

const CREATOR = 7;
const COURIER = 8;
const OTHER = 9;

let platform: Platform;

beforeAll(async () => {
  platform = await startPlatform({ redis: false });
});

afterAll(() => platform.close());

const tokenOf = (id: number, ...roles: Rol[]) => platform.token({ id, roles: ['usuario', ...roles] });
const creator = () => tokenOf(CREATOR);
const courier = () => tokenOf(COURIER, 'Mensajero');
const other = () => tokenOf(OTHER, 'Mensajero');
const despacho = () => tokenOf(30, 'Despacho');
const admin = () => platform.token({ id: 1, roles: ['Admin'] });
const system = () => platform.token({ id: 2, roles: ['System'] });
const stranger = () => tokenOf(50);

const post = (id: number, action: string, as: string): Promise<Answer> =>
  call(platform, 'POST', `/entregas/${id}/${action}`, { as });
const read = (id: number, as: string): Promise<Answer> => call(platform, 'GET', `/entrega/${id}`, { as });
const confirmBy = async (id: number, userId: number, as: string): Promise<Answer> =>
  call(platform, 'POST', `/entrega/${id}/confirmar`, { as, body: await signedBody(platform, id, userId) });
const eventsOf = async (id: number) =>
  (
    await platform.logistica.container.database.read
      .selectFrom('evento')
      .select(['tipo', 'datos'])
      .where('entrega_id', '=', id)
      .orderBy('id')
      .execute()
  ).map(({ tipo, datos }) => [tipo, JSON.parse(datos ?? 'null')]);

test('when nobody carries a delivery, then a courier sees that it is there, and none of its personal data', async () => {
  const id = await createEntrega(platform, CREATOR, { pedido_id: 'PED-libre', direccion: 'Calle Secreta 1' });
  const listed = await call(platform, 'GET', '/entregas?pedido_id=PED-libre', { as: courier() });
  expect(listed.body).toEqual([
    expect.objectContaining({ id, direccion: null, nombre_recibe: null, reservada: true }),
  ]);
  const { status, body } = await read(id, courier());
  expect([status, body]).toEqual([
    200,
    expect.objectContaining({ direccion: null, nombre_recibe: null, firma_recibe: null, reservada: true }),
  ]);
  for (const as of [creator(), despacho(), admin()]) {
    expect((await read(id, as)).body.direccion).toBe('Calle Secreta 1');
    expect((await read(id, as)).body.reservada).toBeUndefined();
  }
  for (const as of [stranger(), system()]) {
    expect((await read(id, as)).status).toBe(404);
    expect((await call(platform, 'GET', '/entregas?pedido_id=PED-libre', { as })).body).toEqual([]);
  }
});

test('when a courier claims it, then the courier alone sees and confirms it, and it is in its history', async () => {
  const id = await createEntrega(platform, CREATOR);
  expect((await confirmBy(id, COURIER, courier())).status).toBe(404);
  expect(await post(id, 'tomar', courier())).toMatchObject({ status: 200, body: { asignada_a: COURIER } });
  expect((await post(id, 'tomar', courier())).status).toBe(200);
  expect(await post(id, 'tomar', other())).toMatchObject({
    status: 409,
    body: { detail: 'La entrega ya está asignada' },
  });
  expect((await post(id, 'tomar', admin())).status).toBe(409);
  expect((await read(id, other())).status).toBe(404);
  const { body } = await read(id, courier());
  expect(body).toMatchObject({ direccion: 'Calle 10 # 5-51', asignada_a: COURIER });
  expect(body.historial).toEqual([
    expect.not.objectContaining({ cambio: expect.anything() }),
    {
      estado: 'EN_CAMINO',
      anterior: 'EN_CAMINO',
      momento: expect.any(String),
      actor: `usuario:${COURIER}`,
      task_id: null,
      cambio: 'tomada',
    },
  ]);
  expect((await eventsOf(id)).slice(1)).toEqual([['tomada', { asignada_a: COURIER }]]);
  expect((await confirmBy(id, COURIER, courier())).status).toBe(202);
  // Not while a confirmation is under way.
  for (const as of [courier(), despacho()]) {
    expect(await post(id, 'soltar', as)).toMatchObject({
      status: 409,
      body: { detail: 'La entrega tiene una confirmación en curso' },
    });
  }
});

test.for([
  ['the courier', courier],
  ['a dispatcher', despacho],
  ['an Admin', admin],
] as const)('when %s gives it back, then the courier sees its address no more', async ([, who]) => {
  const id = await createEntrega(platform, CREATOR, { asignada_a: COURIER });
  expect((await post(id, 'soltar', other())).status).toBe(404);
  expect((await post(id, 'soltar', creator())).status).toBe(403);
  const answer = await post(id, 'soltar', who());
  expect(answer).toMatchObject({ status: 200, body: { asignada_a: null } });
  expect(answer.body.reservada).toBe(who === courier ? true : undefined);
  expect((await read(id, courier())).body).toMatchObject({ direccion: null, reservada: true });
  expect((await read(id, creator())).body.historial.at(-1)).toMatchObject({ cambio: 'soltada' });
  expect((await eventsOf(id)).at(-1)).toEqual(['soltada', { asignada_a: null }]);
  expect((await post(id, 'soltar', despacho())).status).toBe(409);
  expect((await post(id, 'tomar', other())).status).toBe(200);
});

test('when it is not a courier, is cancelled, is under way or is not there, then it is not claimed', async () => {
  const id = await createEntrega(platform, CREATOR);
  for (const as of [creator(), stranger(), despacho(), system()])
    expect((await post(id, 'tomar', as)).status).toBe(403);
  expect((await post(999_999, 'tomar', courier())).status).toBe(404);
  expect((await confirmBy(id, CREATOR, creator())).status).toBe(202);
  expect((await post(id, 'tomar', courier())).status).toBe(409);
  const cancelled = await createEntrega(platform, CREATOR);
  expect((await post(cancelled, 'cancelar', creator())).status).toBe(200);
  expect((await post(cancelled, 'tomar', courier())).status).toBe(409);
});

test('when nobody carries it, then its creator or an Admin confirms it, and no dispatcher', async () => {
  for (const [userId, as, status] of [
    [30, despacho(), 404],
    [50, stranger(), 404],
    [CREATOR, creator(), 202],
    [1, admin(), 202],
  ] as const) {
    const id = await createEntrega(platform, CREATOR);
    expect((await confirmBy(id, userId, as)).status).toBe(status);
  }
});

test('when couriers claim one at once, then one of them has it', async () => {
  const id = await createEntrega(platform, CREATOR);
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) => post(id, 'tomar', tokenOf(100 + i, 'Mensajero'))),
  );
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 409)).toHaveLength(19);
});

test("when tasks are asked for, then a dispatcher sees those of all deliveries, and a courier none of others'", async () => {
  const id = await createEntrega(platform, CREATOR, { pedido_id: 'PED-1001' });
  const { task_id } = (await confirmBy(id, CREATOR, creator())).body;
  const listed = async (as: string) =>
    (await call(platform, 'GET', '/tareas?limite=200', { as })).body.tasks.map(
      (task: { id: string }) => task.id,
    ) as string[];
  expect(await listed(despacho())).toContain(task_id);
  expect(await listed(courier())).not.toContain(task_id);
  expect((await call(platform, 'GET', `/tareas/${task_id}`, { as: despacho() })).status).toBe(200);
  expect((await call(platform, 'GET', `/tareas/${task_id}`, { as: courier() })).status).toBe(404);
});
