import { afterAll, beforeAll, expect, test } from 'vitest';
import { signDelivery } from '@medisupply/shared/security/delivery-signature';
import { clavesOf, verificarPrueba } from '@medisupply/shared/proof/verify-proof';
import type { Autorizador } from './support.ts';
import { bearer, startAutorizador } from './support.ts';

let autorizador: Autorizador;
let courier: { id: number; nombre: string; token: string };

beforeAll(async () => {
  autorizador = await startAutorizador();
  courier = await autorizador.newUsuario();
});

afterAll(() => autorizador.close());

const RECIBIDA = () => new Date().toISOString();

/** What logistica sends of a delivery, with what is changed in it. */
async function unsealed(changes: Record<string, unknown> = {}, signedAt = Date.now()) {
  const datos = {
    direccion: 'Calle 10 # 5-20',
    nombre_recibe: 'Ana Díaz',
    firma_recibe: '<svg/>',
    pedido_id: 'PED-1',
    entrega_id: 7,
    usuario_id: courier.id,
  };
  const firma = await signDelivery(datos, autorizador.container.claves.signatureKey(), { now: signedAt });
  const change = {
    estado: 'EN_CAMINO',
    anterior: null,
    momento: RECIBIDA(),
    actor: 'usuario:1',
    tarea: null,
  };
  return {
    formato: 'medisupply.pod.v1',
    entrega: {
      id: 7,
      pedido_id: 'PED-1',
      estado: 'ENTREGADA',
      creada: RECIBIDA(),
      fecha_entrega: RECIBIDA(),
      creada_por: 'usuario:1',
      asignada_a: null,
      confirmada_por: courier.id,
    },
    datos,
    firma,
    recepcion: { recibida: RECIBIDA(), tarea: null },
    items: [],
    historial: [change, { ...change, actor: 'usuario:999' }, { ...change, actor: 'worker' }],
    ...changes,
  };
}

const key = (folder = 'logistica-inventario') => ({
  'i-api-key': autorizador.secret(`${folder}/service_key`),
});
const seal = (prueba: unknown, headers: Record<string, string> = key()) =>
  autorizador.call('POST', '/sellar-prueba', { prueba }, headers);

test('when logistica sends what a good signature covers, then it is sealed with the names of those in it', async () => {
  const { status, body } = await seal(await unsealed());
  expect([status, body.prueba.personas]).toEqual([
    200,
    [
      { id: 1, nombre: 'admin' },
      { id: courier.id, nombre: courier.nombre },
    ],
  ]);
  const jwks = (await autorizador.call('GET', '/.well-known/jwks.json')).text;
  expect(await verificarPrueba(JSON.stringify(body.prueba), clavesOf(jwks)!)).toMatchObject({
    veredicto: 'autentica',
    hallazgos: [],
  });
});

test.for([
  ['another delivery', { entrega_id: 8 }],
  ['another order', { pedido_id: 'PED-2' }],
  ['another person', { usuario_id: 1 }],
] as const)('when the signed data are of %s, then nothing is sealed', async ([, change]) => {
  const good = await unsealed();
  const datos = { ...good.datos, ...change };
  const firma = await signDelivery(datos, autorizador.container.claves.signatureKey());
  const { status, body } = await seal({ ...good, datos, firma });
  expect([status, body.detail]).toEqual([409, 'La prueba y los datos firmados no son de la misma entrega']);
});

test.for([
  [
    'other data',
    async () => {
      const good = await unsealed();
      return { ...good, datos: { ...good.datos, direccion: 'Otra calle 1' } };
    },
  ],
  [
    'the key of seals',
    async () => {
      const good = await unsealed();
      return { ...good, firma: await signDelivery(good.datos, autorizador.container.claves.proofKey()) };
    },
  ],
  ['a time that had passed', () => unsealed({}, Date.now() - 3_600_000)],
] as const)('when the signature is of %s, then nothing is sealed', async ([, make]) => {
  const { status, body } = await seal(await make());
  expect([status, body.detail]).toEqual([409, expect.stringMatching(/^No hay prueba: La .*firma/)]);
});

test('when anything else is to be sealed, then it is refused: it signs no text of others', async () => {
  for (const changes of [
    { nota: 'x' },
    { formato: 'otro' },
    { personas: [{ id: 1, nombre: 'Otra' }] },
    { resumen: {} },
    { emitida: '2020-01-01T00:00:00.000Z' },
    { historial: [{ texto: 'x' }] },
  ])
    expect([changes, (await seal(await unsealed(changes))).status]).toEqual([changes, 400]);
});

test('when anybody but logistica asks, then it is refused', async () => {
  const admin = bearer(await autorizador.adminToken());
  const statuses = [];
  for (const headers of [{}, admin, key('worker'), key('monitor'), key('operator'), key('metrics')])
    statuses.push((await seal(await unsealed(), headers)).status);
  expect(statuses).toEqual([401, 403, 403, 403, 403, 403]);
});
