/**
 * Every field of every endpoint with every value that once broke something. A value is refused with a whole problem
 * document, or it is legal for that kind of field and then has the field's usual outcome; there is no third way.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Kind } from '@medisupply/shared/testing/hostile-values';
import { bodyWith, HOSTILE_VALUES } from '@medisupply/shared/testing/hostile-values';
import type { Platform } from '../../../tests/support/platform.ts';
import { startPlatform } from '../../../tests/support/platform.ts';
import type { Answer } from './support.ts';
import { call, createEntrega, json, send, signedBody } from './support.ts';

const USER = 7;
const IN_FLIGHT = 8;

let platform: Platform;
let user: string;
let admin: string;

beforeAll(async () => {
  platform = await startPlatform({ redis: false });
  user = platform.token({ id: USER });
  admin = platform.token({ id: 1, roles: ['Admin'] });
});

afterAll(() => platform.close());

interface Field {
  /** Dotted path into the body. */
  path: string;
  kind: Kind;
  optional?: boolean;
  /** What legal values answer, when it is not the endpoint's own success. */
  legalStatus?: number;
}

interface Endpoint {
  name: string;
  as: () => string;
  path: () => string;
  body: () => Record<string, unknown>;
  success: number;
  fields: readonly Field[];
}

const signed = (prefix = ''): Field[] => [
  // What is legal but was not signed is refused by the signature, or as that of another order.
  { path: `${prefix}direccion`, kind: 'text', legalStatus: 403 },
  { path: `${prefix}nombre_recibe`, kind: 'text', legalStatus: 403 },
  { path: `${prefix}firma_recibe`, kind: 'text', legalStatus: 403 },
  { path: `${prefix}pedido_id`, kind: 'pedido', legalStatus: 403 },
  { path: `${prefix}firma_payload`, kind: 'string', legalStatus: 403 },
  { path: `${prefix}entrega_id`, kind: 'boundId', optional: true },
  { path: `${prefix}capturado`, kind: 'nothing', optional: true },
  { path: `${prefix}foto_sha256`, kind: 'nothing', optional: true },
];

let entregaId: number;
let signature: Awaited<ReturnType<typeof signedBody>>;

const ENDPOINTS: readonly Endpoint[] = [
  {
    name: 'POST /entregas',
    as: () => user,
    path: () => '/entregas',
    body: () => ({ direccion: 'Calle 1', estado: 'A', pedido_id: 'P', asignada_a: 5, items: [] }),
    success: 201,
    fields: [
      { path: 'direccion', kind: 'text' },
      { path: 'estado', kind: 'text' },
      { path: 'pedido_id', kind: 'pedido' },
      { path: 'asignada_a', kind: 'idOrNull', optional: true },
      { path: 'destinatario', kind: 'textOrNull', optional: true },
      { path: 'items', kind: 'items', optional: true },
      { path: 'items.0', kind: 'object', optional: true },
      // Of our own answers: taken, and ignored.
      { path: 'id', kind: 'ignored', optional: true },
      { path: 'firma_recibe', kind: 'ignored', optional: true },
      { path: 'desconocido', kind: 'object', optional: true },
    ],
  },
  {
    name: 'POST /entregas with items',
    as: () => user,
    path: () => '/entregas',
    body: () => ({ direccion: 'x', estado: 'A', pedido_id: 'P', items: [{ producto_id: 1, cantidad: 1 }] }),
    success: 201,
    fields: [
      { path: 'items.0.producto_id', kind: 'id' },
      { path: 'items.0.cantidad', kind: 'id' },
      { path: 'items.0.estado', kind: 'ignored', optional: true },
      { path: 'items.0.desconocido', kind: 'object', optional: true },
    ],
  },
  {
    name: 'POST /entrega/:id/confirmar',
    as: () => user,
    path: () => `/entrega/${entregaId}/confirmar`,
    // Never accepted as it is, so that each value meets the same delivery.
    body: () => ({ ...signature, firma_recibe: 'no es la firmada', usuario_id: USER, entrega_id: entregaId }),
    success: 403,
    fields: [
      ...signed(),
      { path: 'usuario_id', kind: 'boundId', optional: true },
      { path: 'desconocido', kind: 'object', optional: true },
    ],
  },
  {
    name: 'POST /tareas log_activity',
    as: () => admin,
    path: () => '/tareas',
    body: () => ({
      tipo: 'log_activity',
      activity_data: { tipo: 'nota', descripcion: 'x', usuario_id: 1, datos: { a: 1 } },
    }),
    success: 202,
    fields: [
      { path: 'tipo', kind: 'object' },
      { path: 'activity_data', kind: 'anyObject', optional: true },
      // Kept as they came.
      { path: 'activity_data.tipo', kind: 'json', optional: true },
      { path: 'activity_data.descripcion', kind: 'json', optional: true },
      { path: 'activity_data.usuario_id', kind: 'json', optional: true },
      { path: 'activity_data.datos.a', kind: 'json', optional: true },
      { path: 'activity_data.desconocido', kind: 'json', optional: true },
      { path: 'desconocido', kind: 'object', optional: true },
    ],
  },
  {
    name: 'POST /tareas retry',
    as: () => admin,
    path: () => '/tareas',
    body: () => ({
      tipo: 'procesar_entrega',
      task_id: '0192f0c1-7d5e-7abc-8def-0123456789ab',
      entrega_id: entregaId,
      _retry_count: 1,
    }),
    // There is no such confirmation.
    success: 409,
    fields: [
      { path: 'task_id', kind: 'object' },
      { path: 'entrega_id', kind: 'id' },
      { path: '_retry_count', kind: 'count' },
      { path: 'desconocido', kind: 'object', optional: true },
    ],
  },
  {
    name: 'POST /tareas confirmation',
    as: () => admin,
    path: () => '/tareas',
    body: () => ({
      tipo: 'procesar_entrega',
      entrega_id: entregaId,
      confirmacion_info: {
        ...signature,
        firma_recibe: 'no es la firmada',
        usuario_id: USER,
        entrega_id: entregaId,
      },
    }),
    success: 403,
    fields: [
      { path: 'confirmacion_info', kind: 'object' },
      ...signed('confirmacion_info.'),
      { path: 'confirmacion_info.usuario_id', kind: 'id' },
      { path: 'confirmacion_info.desconocido', kind: 'object', optional: true },
    ],
  },
  {
    name: 'POST /inventario',
    as: () => admin,
    path: () => '/inventario',
    body: () => ({ sku: nextSku(), nombre: 'x', stock: 1, minimo: 1 }),
    success: 201,
    fields: [
      { path: 'sku', kind: 'sku' },
      { path: 'nombre', kind: 'text' },
      { path: 'stock', kind: 'amount', optional: true },
      { path: 'minimo', kind: 'amount', optional: true },
      { path: 'desconocido', kind: 'object', optional: true },
    ],
  },
  {
    name: 'POST /inventario/:id/ajustes',
    as: () => admin,
    path: () => '/inventario/1/ajustes',
    body: () => ({ cantidad: 5, motivo: 'x' }),
    success: 201,
    fields: [
      { path: 'cantidad', kind: 'units' },
      { path: 'motivo', kind: 'text' },
      { path: 'desconocido', kind: 'object', optional: true },
    ],
  },
];

let skus = 0;
const nextSku = () => `SKU-${skus++}`;

interface Probe {
  name: string;
  expected: number;
  run: () => Promise<Answer>;
}

/** What an answer has that it must not have, in words. */
function faultsOf(probe: Probe, answer: Answer): string[] {
  const { status, headers, body } = answer;
  if (status !== probe.expected) return [`${probe.name}: ${status} instead of ${probe.expected}`];
  if (status < 300) return [];
  const whole =
    headers['content-type'] === 'application/problem+json; charset=utf-8' &&
    body.status === status &&
    /^urn:medisupply:problem:[a-z-]+$/.test(body.type) &&
    [body.title, body.detail, body.instance].every((value) => typeof value === 'string' && value !== '') &&
    body.error === body.detail &&
    body.mensaje === body.detail &&
    body.request_id === headers['x-request-id'] &&
    (body.errors === undefined ||
      (body.errors as { path: unknown; message: unknown }[]).every(
        (error) =>
          typeof error.path === 'string' && typeof error.message === 'string' && error.message !== '',
      ));
  return whole ? [] : [`${probe.name}: not a whole problem: ${JSON.stringify(body)}`];
}

/** Runs the probes, a few at a time. @returns the faults and the 99th percentile of the times (ms) */
async function runAll(probes: readonly Probe[]): Promise<{ faults: string[]; p99: number }> {
  const faults: string[] = [];
  const times: number[] = [];
  const waiting = [...probes];
  const worker = async () => {
    for (let probe = waiting.shift(); probe; probe = waiting.shift()) {
      const started = performance.now();
      const answer = await probe.run();
      times.push(performance.now() - started);
      faults.push(...faultsOf(probe, answer));
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  const p99 = times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)]!;
  return { faults, p99 };
}

function probesOf(endpoint: Endpoint, field: Field): Probe[] {
  return HOSTILE_VALUES.map((value) => {
    const isLegal = value.wire === undefined ? field.optional === true : value.legal.includes(field.kind);
    const passes = value.wire === undefined ? endpoint.success : (field.legalStatus ?? endpoint.success);
    const tooDeep = value.wire?.startsWith('['.repeat(32)) ?? false;
    return {
      name: `${endpoint.name} ${field.path} ${value.name}`,
      expected: isLegal && !tooDeep ? passes : 400,
      run: () =>
        send(platform, 'POST', endpoint.path(), {
          headers: json(endpoint.as()),
          body: bodyWith(endpoint.body(), field.path, value.wire),
        }),
    };
  });
}

test(
  'when any field of any body has any of these values, then it is a whole 4xx, or legal; never a 5xx, and soon',
  { timeout: 90_000 },
  async () => {
    entregaId = await createEntrega(platform, USER);
    signature = await signedBody(platform, entregaId, USER);
    expect(
      (
        await call(platform, 'POST', '/inventario', {
          as: admin,
          body: { sku: 'BASE', nombre: 'x', stock: 1_000 },
        })
      ).body.id,
    ).toBe(1);

    const probes = ENDPOINTS.flatMap((endpoint) =>
      endpoint.fields.flatMap((field) => probesOf(endpoint, field)),
    );
    expect(probes.length).toBeGreaterThan(1_000);
    const { faults, p99 } = await runAll(probes);
    expect(faults).toEqual([]);
    // 100 ms on a machine that does nothing else; a stuck expression or a stack of errors takes seconds.
    expect(p99).toBeLessThan(500);
    expect((await call(platform, 'GET', `/entrega/${entregaId}`, { as: user })).body.estado).toBe(
      'EN_CAMINO',
    );
    expect((await call(platform, 'GET', '/livez')).status).toBe(200);
  },
);

test('when any parameter of any query has any of these values, then it is a whole 400, or legal', async () => {
  const fields: { path: string; name: string; legal?: true; ignored?: true }[] = [
    { path: '/entregas', name: 'estado', legal: true },
    { path: '/entregas', name: 'pedido_id', legal: true },
    { path: '/entregas', name: 'limite' },
    { path: '/entregas', name: 'cursor' },
    { path: '/entregas', name: 'otro', ignored: true },
    { path: '/tareas', name: 'estado' },
    { path: '/tareas', name: 'tipo' },
    { path: '/tareas', name: 'limite' },
    { path: '/tareas', name: 'cursor' },
    { path: '/inventario', name: 'buscar', legal: true },
  ];
  const values = HOSTILE_VALUES.flatMap(({ name, wire, legal }) => {
    const value: unknown = wire?.startsWith('"') ? JSON.parse(wire) : undefined;
    return typeof value === 'string' && value.isWellFormed()
      ? [{ name, value, isText: legal.includes('text') && value.length <= 64 }]
      : [];
  });
  const probes = fields.flatMap((field) =>
    values
      // Legal numbers of a page have tests of their own.
      .filter(({ name, value }) => !(name === 'digits' && field.name === 'limite') && value.length < 10_000)
      .map(({ name, value, isText }) => ({
        name: `GET ${field.path}?${field.name} ${name}`,
        expected: field.ignored || (isText && field.legal) ? 200 : 400,
        run: () =>
          send(platform, 'GET', `${field.path}?${field.name}=${encodeURIComponent(value)}`, {
            headers: json(admin),
          }),
      })),
  );
  expect(probes.length).toBeGreaterThan(150);
  expect((await runAll(probes)).faults).toEqual([]);
});
