import { sha256Hex } from '@medisupply/shared/security/canonical-json';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fieldAad } from '@medisupply/shared/security/field-cipher';
import { CAPTURADO, deliverWithItems, FOTO } from '../../../tests/proof/support.ts';
import type { Platform } from '../../../tests/support/platform.ts';
import { startPlatform } from '../../../tests/support/platform.ts';
import { call, createEntrega, problem } from './support.ts';

let platform: Platform;
let id: number;

beforeAll(async () => {
  platform = await startPlatform({ worker: true, autorizador: true });
  id = await deliverWithItems(platform);
});

afterAll(() => platform.close());

const read = (entregaId: number, userId = 7) =>
  call(platform, 'GET', `/entrega/${entregaId}/prueba`, { as: platform.token({ id: userId }) });

const HASH = expect.stringMatching(/^[\w-]{43}$/);

test('when a delivery is done, then its proof is a file with all that is known of it, sealed', async () => {
  const { status, headers, body } = await read(id);
  expect([status, headers['content-disposition'], headers['cache-control']]).toEqual([
    200,
    `attachment; filename="entrega-${id}.pod.json"`,
    'no-store',
  ]);
  const entrega = (await call(platform, 'GET', `/entrega/${id}`, { as: platform.token({ id: 7 }) })).body;
  const { task_id, historial, items } = entrega;
  expect(historial.map(({ motivo }: { motivo?: string }) => motivo)).toContain('AUSENTE');
  expect(body).toEqual({
    formato: 'medisupply.pod.v1',
    entrega: {
      id,
      pedido_id: 'PED-1001',
      estado: 'ENTREGADA',
      creada: historial[0].momento,
      fecha_entrega: entrega.fecha_entrega,
      creada_por: 'usuario:7',
      asignada_a: 8,
      confirmada_por: 8,
    },
    datos: {
      direccion: 'Calle 10 # 5-51',
      nombre_recibe: 'Ana Díaz',
      firma_recibe: expect.stringContaining('<svg'),
      pedido_id: 'PED-1001',
      entrega_id: id,
      usuario_id: 8,
      capturado: CAPTURADO,
      foto_sha256: sha256Hex(FOTO),
    },
    firma: entrega.integridad_firma,
    recepcion: { recibida: expect.stringMatching(/Z$/), tarea: task_id },
    items: ['GUANTES', 'GASAS'].map((nombre, index) => ({
      producto_id: items[index].producto_id,
      sku: expect.stringContaining(nombre),
      nombre,
      cantidad: items[index].cantidad,
      estado: 'DEBITADO',
    })),
    // What the courier said of the failed attempt in words of their own is not in it.
    historial: historial.map((row: Record<string, unknown>) => {
      const { task_id: tarea, detalle, ...change } = row;
      expect([undefined, 'No abre nadie']).toContain(detalle);
      return { ...change, tarea };
    }),
    emitida: expect.stringMatching(/Z$/),
    // The tests' users have tokens and no accounts.
    personas: [],
    resumen: expect.objectContaining({
      firma: HASH,
      'datos.direccion': HASH,
      'historial[4]': HASH,
      'items[1]': HASH,
    }),
    sello: expect.stringMatching(/^[\w-]+\.\.[\w-]{86}$/),
  });
});

test('when it is not delivered, or not theirs, then there is no proof', async () => {
  const waiting = await createEntrega(platform, 7);
  const detail = 'Solo hay prueba de una entrega entregada';
  expect((await read(waiting)).body).toEqual(problem(409, 'conflicto', detail, `/entrega/${waiting}/prueba`));
  for (const [entregaId, userId] of [
    [id, 50],
    [999_999, 7],
  ] as const)
    expect((await read(entregaId, userId)).body).toEqual(
      problem(404, 'no-encontrado', 'Entrega no encontrada', `/entrega/${entregaId}/prueba`),
    );
});

test('when the row was changed behind the platform, then nothing is sealed', async () => {
  const other = await deliverWithItems(platform);
  const { database, cipher } = platform.logistica.container;
  const direccion = cipher.encrypt('Otra calle 1', fieldAad('entrega', 'direccion', other));
  await database.unitOfWork.write((tx) =>
    tx.updateTable('entrega').set({ direccion }).where('id', '=', other).execute(),
  );
  const { status, body } = await read(other);
  expect([status, body.detail]).toEqual([409, 'No hay prueba: La firma no corresponde a los datos']);
});

test('when autorizador is away, then it says so, and the delivery is read as ever', async () => {
  const alone = await startPlatform({ worker: true });
  try {
    const delivered = await deliverWithItems(alone);
    const as = alone.token({ id: 7 });
    const { status, body } = await call(alone, 'GET', `/entrega/${delivered}/prueba`, { as });
    expect([status, body.detail]).toEqual([
      503,
      'Sin autorizador no se puede sellar la prueba; inténtelo de nuevo',
    ]);
    expect((await call(alone, 'GET', `/entrega/${delivered}`, { as })).status).toBe(200);
  } finally {
    await alone.close();
  }
});
