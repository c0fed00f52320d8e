import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Platform } from '../../../tests/support/platform.ts';
import { startPlatform } from '../../../tests/support/platform.ts';
import { call, createEntrega, problem, signedBody } from './support.ts';

let platform: Platform;
let as: string;

beforeAll(async () => {
  platform = await startPlatform({ redis: false });
  as = platform.token({ id: 7 });
});

afterAll(() => platform.close());

const cancel = (id: number, token = as, body?: unknown) =>
  call(platform, 'POST', `/entregas/${id}/cancelar`, { as: token, body });

const historyOf = async (id: number) =>
  (await call(platform, 'GET', `/entrega/${id}`, { as })).body.historial.map(
    (row: { estado: string; anterior: string | null; actor: string }) => [
      row.anterior,
      row.estado,
      row.actor,
    ],
  );

test('when its creator cancels a delivery, then it is cancelled, once, and its history says by whom', async () => {
  const id = await createEntrega(platform, 7);
  const first = await cancel(id);
  expect(first).toMatchObject({ status: 200, body: { id, estado: 'CANCELADA', pedido_id: 'PED-1001' } });
  const second = await cancel(id);
  expect({ status: second.status, body: second.body }).toEqual({ status: 200, body: first.body });
  expect(await historyOf(id)).toEqual([
    [null, 'EN_CAMINO', 'usuario:7'],
    ['EN_CAMINO', 'CANCELADA', 'usuario:7'],
  ]);
});

test('when an Admin cancels it, then it is cancelled', async () => {
  const id = await createEntrega(platform, 7);
  expect((await cancel(id, platform.token({ id: 1, roles: ['Admin'] }))).body.estado).toBe('CANCELADA');
});

test('when somebody cancels who may see it and nothing more, then it is not allowed', async () => {
  const open = await createEntrega(platform, 7);
  const answer = await cancel(open, platform.token({ id: 8, roles: ['Mensajero'] }));
  expect(answer.status).toBe(403);
  expect(answer.body).toEqual(
    problem(
      403,
      'no-permitido',
      'Solo un Admin o quien creó la entrega puede cancelarla',
      `/entregas/${open}/cancelar`,
    ),
  );
  const assigned = await createEntrega(platform, 7, { asignada_a: 8 });
  expect((await cancel(assigned, platform.token({ id: 8 }))).status).toBe(403);
  expect((await cancel(assigned, platform.token({ id: 9 }))).status).toBe(404);
  expect((await cancel(999_999)).status).toBe(404);
  expect((await call(platform, 'GET', `/entrega/${open}`, { as })).body.estado).toBe('EN_CAMINO');
});

test('when a confirmation is live, then nobody cancels the delivery', async () => {
  const id = await createEntrega(platform, 7);
  const body = await signedBody(platform, id, 7);
  expect((await call(platform, 'POST', `/entrega/${id}/confirmar`, { as, body })).status).toBe(202);
  const answer = await cancel(id, platform.token({ id: 1, roles: ['Admin'] }));
  expect(answer.status).toBe(409);
  expect(answer.body).toEqual(
    problem(409, 'conflicto', 'La entrega tiene una confirmación en curso', `/entregas/${id}/cancelar`),
  );
});

test('when a delivery is cancelled, then it cannot be confirmed', async () => {
  const id = await createEntrega(platform, 7);
  await cancel(id);
  const body = await signedBody(platform, id, 7);
  const answer = await call(platform, 'POST', `/entrega/${id}/confirmar`, { as, body });
  expect(answer).toMatchObject({ status: 409, body: { detail: 'La entrega está cancelada' } });
});

test('when ten clients confirm and ten cancel at once, then either one confirmation holds or it is cancelled', async () => {
  const id = await createEntrega(platform, 7);
  const bodies = await Promise.all(Array.from({ length: 10 }, () => signedBody(platform, id, 7)));
  const answers = await Promise.all(
    bodies.flatMap((body) => [call(platform, 'POST', `/entrega/${id}/confirmar`, { as, body }), cancel(id)]),
  );
  const confirmed = answers.filter((answer) => answer.status === 202).length;
  const cancelled = answers.filter((answer) => answer.status === 200).length;
  const { estado } = (await call(platform, 'GET', `/entrega/${id}`, { as })).body;
  expect([confirmed, cancelled, estado]).toEqual(
    confirmed === 1 ? [1, 0, 'PENDING_SYSTEM_CONFIRMATION'] : [0, 10, 'CANCELADA'],
  );
});

test('when a body with fields is sent, then it is refused: cancelling takes none', async () => {
  const id = await createEntrega(platform, 7);
  const answer = await cancel(id, as, { estado: 'ENTREGADA' });
  expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: 'body.estado' }] } });
  expect((await cancel(id, as, {})).status).toBe(200);
});
