/** What one user may do per minute, and hold of the stock. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Platform } from '../../../tests/support/platform.ts';
import { startPlatform } from '../../../tests/support/platform.ts';
import { sendFoto, someJpeg } from './fotos.ts';
import { call, createEntrega, signedBody } from './support.ts';

let platform: Platform;
let admin: string;

beforeAll(async () => {
  platform = await startPlatform({
    env: { USER_CREATE_RATE: '5', USER_CONFIRM_RATE: '3', USER_MAX_RESERVED: '50' },
  });
  admin = platform.token({ id: 1, roles: ['Admin'] });
});
afterAll(() => platform.close());

const create = (user: number, fields: object = {}) =>
  call(platform, 'POST', '/entregas', {
    as: platform.token({ id: user }),
    body: { direccion: 'Calle 1', estado: 'EN_CAMINO', pedido_id: 'PED-1', ...fields },
  });
const confirmar = (user: number, id: number, body: object) =>
  call(platform, 'POST', `/entrega/${id}/confirmar`, { as: platform.token({ id: user }), body });

describe('per minute', () => {
  test('when a user creates more than USER_CREATE_RATE, then 429, counted, and others go on', async () => {
    const statuses = [];
    for (let i = 0; i < 6; i++) statuses.push((await create(10)).status);
    expect(statuses).toEqual([201, 201, 201, 201, 201, 429]);
    const refused = await create(10);
    expect(refused).toMatchObject({
      status: 429,
      body: { type: 'urn:medisupply:problem:demasiadas-solicitudes' },
    });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect((await create(11)).status).toBe(201);
    const figures = await platform.logistica.container.metrics.registry.metrics();
    expect(figures).toMatch(/^medisupply_refusals_total\{status="429",reason="entregas",.*\} 2$/m);
  });

  test('when a user confirms more than USER_CONFIRM_RATE, then 429, and what was accepted is answered again', async () => {
    const id = await createEntrega(platform, 12);
    const body = await signedBody(platform, id, 12);
    expect((await confirmar(12, id, body)).status).toBe(202);
    const bad = { ...body, nombre_recibe: 'Otra persona' };
    for (let i = 0; i < 2; i++)
      expect((await confirmar(12, id, { ...bad, direccion: `x${i}` })).status).toBe(403);
    expect((await confirmar(12, id, bad)).status).toBe(429);
    expect((await confirmar(12, id, body)).status).toBe(202);
  });

  test('when a user sends photos and failed attempts, then they count as confirmations do', async () => {
    const id = await createEntrega(platform, 13);
    const as = platform.token({ id: 13 });
    const intentar = () =>
      call(platform, 'POST', `/entrega/${id}/intento-fallido`, { as, body: { motivo: 'OTRO' } });
    expect((await sendFoto(platform, id, someJpeg(), as)).status).toBe(201);
    expect((await intentar()).status).toBe(201);
    expect((await sendFoto(platform, id, someJpeg(), as)).status).toBe(200);
    expect((await sendFoto(platform, id, someJpeg(), as)).status).toBe(429);
    expect((await intentar()).status).toBe(429);
    expect((await confirmar(13, id, await signedBody(platform, id, 13))).status).toBe(429);
  });
});

describe('stock', () => {
  const producto = async (): Promise<number> =>
    (
      await call(platform, 'POST', '/inventario', {
        as: admin,
        body: { sku: `S-${Math.random()}`, nombre: 'Gasa', stock: 1_000 },
      })
    ).body.id;
  const available = async (id: number) =>
    (await call(platform, 'GET', `/inventario/${id}`, { as: admin })).body.disponible;

  test('when a user reserves more of a product than allowed, then 409; an Admin may, and releases what the user held', async () => {
    const id = await producto();
    const first = await create(20, { items: [{ producto_id: id, cantidad: 30 }] });
    expect(first.status).toBe(201);
    expect(await create(20, { items: [{ producto_id: id, cantidad: 21 }] })).toMatchObject({
      status: 409,
      body: {
        detail: expect.stringMatching(/^Un usuario puede tener reservadas 50 unidades de S-.*; ya tiene 30$/),
        errors: [{ path: 'body.items.0.cantidad' }],
      },
    });
    expect((await create(20, { items: [{ producto_id: id, cantidad: 20 }] })).status).toBe(201);
    expect((await create(21, { items: [{ producto_id: id, cantidad: 50 }] })).status).toBe(201);
    expect((await create(20, { items: [{ producto_id: await producto(), cantidad: 50 }] })).status).toBe(201);
    expect(await available(id)).toBe(900);

    const large = {
      direccion: 'Calle 1',
      estado: 'EN_CAMINO',
      pedido_id: 'PED-1',
      items: [{ producto_id: id, cantidad: 600 }],
    };
    expect((await call(platform, 'POST', '/entregas', { as: admin, body: large })).status).toBe(201);
    const cancelled = await call(platform, 'POST', `/entregas/${first.body.id}/cancelar`, { as: admin });
    expect(cancelled.status).toBe(200);
    expect(await available(id)).toBe(330);
    expect((await create(20, { items: [{ producto_id: id, cantidad: 30 }] })).status).toBe(201);
  });
});
