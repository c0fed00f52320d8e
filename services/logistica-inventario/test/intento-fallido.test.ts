import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Platform } from '../../../tests/support/platform.ts';
import { startPlatform, until } from '../../../tests/support/platform.ts';
import type { Answer } from './support.ts';
import { call, createEntrega, problem, signedBody } from './support.ts';

const COURIER = 7;
const MOTIVOS = ['AUSENTE', 'SIN_LLAVE'];

let platform: Platform;
let as: string;

beforeAll(async () => {
  platform = await startPlatform({ env: { INTENTO_MOTIVOS: MOTIVOS.join(', ') } });
  as = platform.token({ id: COURIER });
});
afterAll(() => platform.close());

const intentar = (id: number, body: object = { motivo: 'AUSENTE' }, token = as, key?: string) =>
  call(platform, 'POST', `/entrega/${id}/intento-fallido`, {
    as: token,
    body,
    ...(key === undefined ? {} : { headers: { 'idempotency-key': key } }),
  });
const confirmar = async (id: number): Promise<Answer> =>
  call(platform, 'POST', `/entrega/${id}/confirmar`, {
    as,
    body: await signedBody(platform, id, COURIER),
  });
const read = async (id: number, token = as) =>
  (await call(platform, 'GET', `/entrega/${id}`, { as: token })).body;

describe('a failed attempt', () => {
  test('when nobody was there, then the history says why, and the delivery is tried again and delivered', async () => {
    const worker = await platform.startWorker();
    const id = await createEntrega(platform, COURIER);
    const first = await intentar(id, {
      motivo: 'AUSENTE',
      detalle: 'Nadie abre la puerta',
      capturado: '2026-11-25T10:00:00.000Z',
    });
    expect(first).toMatchObject({ status: 201 });
    expect(first.body).toEqual({
      entrega_id: id,
      estado: 'INTENTO_FALLIDO',
      motivo: 'AUSENTE',
      momento: expect.stringMatching(/Z$/),
    });
    expect((await intentar(id, { motivo: 'SIN_LLAVE' })).status).toBe(201);
    const row = { actor: 'usuario:7', task_id: null, momento: expect.any(String) };
    expect(await read(id)).toMatchObject({ estado: 'INTENTO_FALLIDO', confirmada_por: null });
    expect((await read(id)).historial).toEqual([
      { ...row, estado: 'EN_CAMINO', anterior: null },
      {
        ...row,
        estado: 'INTENTO_FALLIDO',
        anterior: 'EN_CAMINO',
        momento: first.body.momento,
        motivo: 'AUSENTE',
        detalle: 'Nadie abre la puerta',
        capturado: '2026-11-25T10:00:00.000Z',
      },
      { ...row, estado: 'INTENTO_FALLIDO', anterior: 'INTENTO_FALLIDO', motivo: 'SIN_LLAVE' },
    ]);
    expect((await confirmar(id)).status).toBe(202);
    await until(async () => (await read(id)).estado === 'ENTREGADA');
    await worker.close();
  });

  test('when it is told, then an event says so without what was said of it, and that is stored encrypted', async () => {
    const id = await createEntrega(platform, COURIER);
    await intentar(id, { motivo: 'AUSENTE', detalle: 'La vecina Zenobia' });
    const { read: db } = platform.logistica.container.database;
    const events = await db.selectFrom('evento').selectAll().where('entrega_id', '=', id).execute();
    expect(events.at(-1)).toMatchObject({
      tipo: 'intento',
      task_id: null,
      datos: JSON.stringify({ motivo: 'AUSENTE' }),
    });
    const { detalle } = await db
      .selectFrom('entrega_historial')
      .select('detalle')
      .where('entrega_id', '=', id)
      .where('estado', '=', 'INTENTO_FALLIDO')
      .executeTakeFirstOrThrow();
    expect(detalle).toMatch(/^v1:/);
    expect(platform.logs.join('')).not.toContain('Zenobia');
  });

  test('when its delivery is given back, then who has not claimed it reads why, and not what was said', async () => {
    const admin = platform.token({ id: 1, roles: ['Admin'] });
    const id = await createEntrega(platform, 1, { asignada_a: COURIER });
    await intentar(id, { motivo: 'AUSENTE', detalle: 'Portero: Juan' });
    await call(platform, 'POST', `/entregas/${id}/soltar`, { as: admin });
    const other = platform.token({ id: 9, roles: ['Mensajero'] });
    const seen = await read(id, other);
    expect(seen).toMatchObject({ reservada: true, estado: 'INTENTO_FALLIDO' });
    expect(seen.historial[1]).toMatchObject({ motivo: 'AUSENTE' });
    expect(JSON.stringify(seen)).not.toContain('Juan');
    const free = await call(platform, 'GET', '/entregas?sin_asignar=true', { as: other });
    expect(free.body.map((row: { id: number }) => row.id)).toContain(id);
    expect((await call(platform, 'POST', `/entregas/${id}/tomar`, { as: other })).status).toBe(200);
  });

  test('when it is sent again with its key, then there is one row; with another body, 422', async () => {
    const id = await createEntrega(platform, COURIER);
    const first = await intentar(id, { motivo: 'AUSENTE', detalle: 'uno' }, as, 'clave-1');
    const again = await intentar(id, { motivo: 'AUSENTE', detalle: 'uno' }, as, 'clave-1');
    expect(again).toMatchObject({ status: 201, body: first.body });
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect((await intentar(id, { motivo: 'AUSENTE', detalle: 'dos' }, as, 'clave-1')).status).toBe(422);
    expect((await read(id)).historial).toHaveLength(2);
  });

  test('when the delivery is confirmed, cancelled, delivered, then 409', async () => {
    const confirmed = await createEntrega(platform, COURIER);
    await confirmar(confirmed);
    const cancelled = await createEntrega(platform, COURIER);
    await intentar(cancelled);
    expect((await call(platform, 'POST', `/entregas/${cancelled}/cancelar`, { as })).status).toBe(200);
    expect(await intentar(confirmed)).toMatchObject({
      status: 409,
      body: { detail: 'La entrega tiene una confirmación en curso' },
    });
    expect(await intentar(cancelled)).toMatchObject({
      status: 409,
      body: { detail: 'La entrega está cancelada' },
    });
  });

  test('when somebody else tells of one, then there is no such delivery', async () => {
    const id = await createEntrega(platform, COURIER);
    for (const token of [
      platform.token({ id: 8 }),
      platform.token({ id: 9, roles: ['Mensajero'] }),
      platform.token({ id: 10, roles: ['Despacho'] }),
    ])
      expect((await intentar(id, { motivo: 'AUSENTE' }, token)).status).toBe(404);
    const admin = platform.token({ id: 1, roles: ['Admin'] });
    expect((await intentar(id, { motivo: 'AUSENTE' }, admin)).status).toBe(201);
  });

  test('when the reason is not known, then 400 names those that are', async () => {
    const id = await createEntrega(platform, COURIER);
    const answer = await intentar(id, { motivo: 'PEREZA' });
    expect(answer.body).toEqual(
      problem(
        400,
        'solicitud-invalida',
        'Motivo desconocido. Debe ser uno de: AUSENTE, SIN_LLAVE',
        `/entrega/${id}/intento-fallido`,
        { errors: [{ path: 'body.motivo', message: 'Debe ser uno de: AUSENTE, SIN_LLAVE' }] },
      ),
    );
    for (const body of [
      {},
      { motivo: 'AUSENTE', detalle: 'x'.repeat(257) },
      { motivo: 'AUSENTE', capturado: 'ayer' },
      { motivo: 'AUSENTE', capturado: null },
      { motivo: 'AUSENTE', desconocido: 1 },
    ])
      expect((await intentar(id, body)).status).toBe(400);
    expect((await read(id)).historial).toHaveLength(1);
  });

  test('when the reasons are asked for, then they are those of the configuration, for anybody', async () => {
    expect(await call(platform, 'GET', '/intentos/motivos', { as })).toMatchObject({
      status: 200,
      body: { motivos: MOTIVOS },
    });
    expect((await call(platform, 'GET', '/intentos/motivos')).status).toBe(401);
  });
});
