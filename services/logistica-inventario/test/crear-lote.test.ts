/** Many deliveries in one request. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Platform } from '../../../tests/support/platform.ts';
import { startPlatform } from '../../../tests/support/platform.ts';
import type { Rol } from '@medisupply/shared/contracts/vocabulary';
import { call } from './support.ts';

let platform: Platform;

beforeAll(async () => {
  platform = await startPlatform({ redis: false, env: { USER_CREATE_RATE: '10' } });
});
afterAll(() => platform.close());

const someEntrega = (pedido_id: string, fields: object = {}) => ({
  direccion: 'Calle 10 # 5-51',
  estado: 'EN_CAMINO',
  pedido_id,
  ...fields,
});
const lote = (user: number, entregas: unknown[], fields: object = {}, roles: Rol[] = ['Despacho']) =>
  call(platform, 'POST', '/entregas/lote', {
    as: platform.token({ id: user, roles }),
    body: { entregas, ...fields },
  });

test('when rows are sent, then each has its result, and a bad one undoes nothing of the others', async () => {
  const answer = await lote(20, [
    someEntrega('L-1', { destinatario: 'Ana' }),
    someEntrega('L-2', { direccion: 'x'.repeat(448) }),
    someEntrega('L-3', { items: [{ producto_id: 999, cantidad: 1 }] }),
    'nada',
    someEntrega('L-4'),
  ]);
  expect(answer.status).toBe(200);
  expect(answer.body).toMatchObject({ creadas: 2, repetidas: 0, rechazadas: 3 });
  expect(answer.body.resultados).toMatchObject([
    { fila: 0, id: expect.any(Number) },
    { fila: 1, error: { status: 400, errors: [{ path: 'body.direccion' }] } },
    { fila: 2, error: { status: 400, errors: [{ path: 'body.items.0.producto_id' }] } },
    { fila: 3, error: { status: 400, type: 'urn:medisupply:problem:solicitud-invalida' } },
    { fila: 4, id: expect.any(Number) },
  ]);
  const stored = await platform.logistica.container.database.read
    .selectFrom('entrega')
    .select('pedido_id')
    .where('pedido_id', 'like', 'L-%')
    .orderBy('pedido_id')
    .execute();
  expect(stored.map(({ pedido_id }) => pedido_id)).toEqual(['L-1', 'L-4']);
});

test('when rows are sent again, then they are answered with the same ids, unless they shall be repeated', async () => {
  const rows = [someEntrega('R-1'), someEntrega('R-1')];
  const first = await lote(21, rows);
  expect(first.body).toMatchObject({ creadas: 1, repetidas: 1 });
  const [{ id }] = first.body.resultados;
  expect(first.body.resultados[1]).toEqual({ fila: 1, id, repetida: true });
  expect((await lote(21, rows)).body).toMatchObject({ creadas: 0, repetidas: 2 });
  expect((await lote(22, [someEntrega('R-1')])).body).toMatchObject({ creadas: 1 });
  expect((await lote(21, [someEntrega('R-1')], { repetir: true })).body).toMatchObject({ creadas: 1 });
});

test('when a user has no rows left for this minute, then 429 and nothing is created', async () => {
  const rows = Array.from({ length: 6 }, (_, index) => someEntrega(`M-${index}`));
  expect((await lote(23, rows)).body).toMatchObject({ creadas: 6 });
  expect((await lote(23, rows)).status).toBe(429);
});

test('when a courier sends rows, or there are too many, then they are refused', async () => {
  expect((await lote(24, [someEntrega('C-1')], {}, ['Mensajero'])).status).toBe(403);
  expect(
    (
      await lote(
        24,
        Array.from({ length: 501 }, () => ({})),
      )
    ).status,
  ).toBe(400);
  expect((await lote(24, [])).status).toBe(400);
});
