import type { ParityRequest } from './request.ts';
import { ACCEPTED, CREATED, ERROR, NEEDS_TOKEN, NO_500 } from './request.ts';

const ENTREGAS = '/api/v1/logistica/entregas';

const STORED = {
  id: 'number',
  direccion: 'string',
  estado: 'string',
  pedido_id: 'string',
  nombre_recibe: 'string|null',
  firma_recibe: 'string|null',
  integridad_firma: 'string|null',
  fecha_entrega: 'string|null',
} as const;

const ACEPTADA = {
  message: '=Tarea enviada',
  entrega_id: 'number',
  estado: 'string',
  task_id: 'string',
  task_name: '=logistica.procesar_entrega',
  status: '=PENDING',
  queue: '=logistica',
  timestamp: 'string',
} as const;

/** What is signed and sent by the page of the original. */
const signed = (pedido: string) =>
  ({
    direccion: 'Calle 93 # 11-27, Bogotá',
    nombre_recibe: 'Lucía Peña',
    firma_recibe: '<svg/>',
    pedido_id: pedido,
  }) as const;

function created(word: string, pedido: string): readonly ParityRequest[] {
  return [
    {
      name: `crear la entrega ${word}`,
      method: 'POST',
      path: ENTREGAS,
      body: { direccion: signed(pedido).direccion, estado: 'EN_CAMINO', pedido_id: pedido },
      original: { status: 200, answer: STORED },
      stricter: { status: 201, reason: CREATED },
      remember: { [word]: 'id' },
    },
    {
      name: `firmar la entrega ${word}`,
      method: 'POST',
      path: '/api/v1/autorizador/sign-data',
      body: { payload: { ...signed(pedido), usuario_id: '$usuario_id', entrega_id: `$${word}` } },
      original: {
        status: 200,
        answer: { payload: 'object', firma: 'string', usuario_id: 'number', timestamp: 'string' },
      },
      remember: { [`firma_${word}`]: 'firma' },
    },
  ];
}

/** As the page sends it, with the ids that the platform knows anyway. */
const confirmation = (word: string, pedido: string) => ({
  ...signed(pedido),
  usuario_id: '$usuario_id',
  entrega_id: `$${word}`,
  firma_payload: `$firma_${word}`,
});

export const ENTREGAS_Y_CONFIRMAR: readonly ParityRequest[] = [
  ...created('a', 'PED-A'),
  ...created('b', 'PED-B'),
  ...created('c', 'PED-C'),
  {
    name: 'comprobar una firma auténtica',
    method: 'POST',
    path: '/api/v1/autorizador/validate-signature',
    body: {
      payload: { ...signed('PED-A'), usuario_id: '$usuario_id', entrega_id: '$a' },
      firma: '$firma_a',
    },
    original: {
      status: 200,
      answer: { payload: 'object', firma: 'string', firma_valida: 'boolean', timestamp: 'string' },
    },
  },
  {
    name: 'comprobar una firma de otros datos',
    method: 'POST',
    path: '/api/v1/autorizador/validate-signature',
    body: {
      payload: { ...signed('PED-A'), nombre_recibe: 'Otra', usuario_id: '$usuario_id', entrega_id: '$a' },
      firma: '$firma_a',
    },
    original: { status: 200, answer: { firma_valida: 'boolean' } },
  },
  {
    name: 'crear una entrega con un pedido_id que es un número',
    method: 'POST',
    path: ENTREGAS,
    body: { direccion: 'Calle 1', estado: 'PENDIENTE', pedido_id: 77 },
    original: { status: 200, answer: { ...STORED, pedido_id: 'string|number' } },
    stricter: { status: 201, reason: CREATED },
  },
  {
    name: 'crear una entrega con lo que respondió otra',
    method: 'POST',
    path: ENTREGAS,
    body: {
      id: 1,
      direccion: 'Calle 1',
      estado: 'EN_CAMINO',
      pedido_id: 'PED-D',
      nombre_recibe: null,
      firma_recibe: null,
      integridad_firma: null,
      fecha_entrega: null,
    },
    original: { status: 200, answer: STORED },
    stricter: { status: 201, reason: CREATED },
  },
  {
    name: 'crear una entrega sin token',
    method: 'POST',
    path: ENTREGAS,
    as: 'nadie',
    body: { direccion: 'Calle 1', estado: 'EN_CAMINO', pedido_id: '1' },
    original: { status: 200, answer: STORED },
    stricter: { status: 401, reason: NEEDS_TOKEN },
  },
  {
    name: 'crear una entrega ya entregada',
    method: 'POST',
    path: ENTREGAS,
    body: { direccion: 'Calle 1', estado: 'ENTREGADA', pedido_id: '1' },
    original: { status: 200, answer: STORED },
    stricter: { status: 400, reason: 'los estados de la plataforma los pone la plataforma' },
  },
  {
    name: 'crear una entrega vacía',
    method: 'POST',
    path: ENTREGAS,
    body: {},
    original: { status: 500 },
    stricter: { status: 400, reason: NO_500 },
  },
  {
    name: 'crear una entrega con una lista',
    method: 'POST',
    path: ENTREGAS,
    body: [],
    original: { status: 500 },
    stricter: { status: 400, reason: NO_500 },
  },
  {
    name: 'listar las entregas',
    method: 'GET',
    path: ENTREGAS,
    original: { status: 200, answer: [STORED] },
  },
  {
    name: 'listar las entregas con un parámetro desconocido',
    method: 'GET',
    path: `${ENTREGAS}?_=1732458000`,
    original: { status: 200, answer: [STORED] },
  },
  {
    name: 'listar las entregas sin token',
    method: 'GET',
    path: ENTREGAS,
    as: 'nadie',
    original: { status: 200, answer: [STORED] },
    stricter: { status: 401, reason: NEEDS_TOKEN },
  },
  {
    name: 'leer una entrega sin confirmar',
    method: 'GET',
    path: '/api/v1/logistica/entrega/$a',
    original: { status: 200, answer: STORED },
  },
  {
    name: 'leer una entrega que no existe',
    method: 'GET',
    path: '/api/v1/logistica/entrega/999999999',
    original: { status: 404 },
  },
  {
    name: 'leer una entrega con un id que no lo es',
    method: 'GET',
    path: '/api/v1/logistica/entrega/abc',
    original: { status: 404 },
    stricter: { status: 400, reason: 'un id es un número' },
  },
  {
    name: 'leer una entrega sin token',
    method: 'GET',
    path: '/api/v1/logistica/entrega/$a',
    as: 'nadie',
    original: { status: 200, answer: STORED },
    stricter: { status: 401, reason: NEEDS_TOKEN },
  },
  {
    name: 'confirmar sin firma_payload',
    method: 'POST',
    path: '/api/v1/logistica/entrega/$a/confirmar',
    body: signed('PED-A'),
    original: { status: 403, answer: ERROR },
    stricter: { status: 400, reason: 'falta un campo obligatorio' },
  },
  {
    name: 'confirmar sin token',
    method: 'POST',
    path: '/api/v1/logistica/entrega/$a/confirmar',
    as: 'nadie',
    body: confirmation('a', 'PED-A'),
    original: { status: 401 },
  },
  {
    name: 'página de seguridad 1: confirmar lo firmado',
    method: 'POST',
    path: '/api/v1/logistica/entrega/$a/confirmar',
    body: confirmation('a', 'PED-A'),
    original: { status: 200, answer: ACEPTADA },
    stricter: { status: 202, reason: ACCEPTED },
    remember: { tarea_a: 'task_id' },
  },
  {
    name: 'página de seguridad 2: confirmar con datos alterados',
    method: 'POST',
    path: '/api/v1/logistica/entrega/$a/confirmar',
    body: { ...confirmation('a', 'PED-A'), nombre_recibe: 'Nombre alterado' },
    original: { status: 403, answer: ERROR },
  },
  {
    name: 'página de seguridad 3: confirmar con la firma alterada',
    method: 'POST',
    path: '/api/v1/logistica/entrega/$a/confirmar',
    body: { ...confirmation('a', 'PED-A'), firma_payload: '$firma_a-alterada' },
    original: { status: 403, answer: ERROR },
  },
  {
    name: 'confirmar con los campos de la respuesta de sign-data',
    method: 'POST',
    path: '/api/v1/logistica/entrega/$b/confirmar',
    body: {
      ...confirmation('b', 'PED-B'),
      firma: '$firma_b',
      timestamp: '2025-01-01T00:00:00Z',
      estado: 'EN_CAMINO',
    },
    original: { status: 200, answer: ACEPTADA },
    stricter: { status: 202, reason: ACCEPTED },
  },
  {
    name: 'confirmar una entrega que no existe',
    method: 'POST',
    path: '/api/v1/logistica/entrega/999999999/confirmar',
    body: { ...signed('PED-A'), firma_payload: '$firma_a' },
    original: { status: 403, answer: ERROR },
    stricter: { status: 404, reason: 'una entrega que no existe es un 404' },
  },
  {
    name: 'confirmar con un cuerpo null',
    method: 'POST',
    path: '/api/v1/logistica/entrega/$c/confirmar',
    text: 'null',
    original: { status: 500 },
    stricter: { status: 400, reason: NO_500 },
  },
  {
    name: 'confirmar por POST /tareas',
    method: 'POST',
    path: '/api/v1/logistica/tareas',
    as: 'admin',
    body: {
      tipo: 'procesar_entrega',
      entrega_id: '$c',
      confirmacion_info: {
        ...signed('PED-C'),
        usuario_id: '$usuario_id',
        entrega_id: '$c',
        firma_payload: '$firma_c',
      },
    },
    original: { status: 200, answer: ACEPTADA },
    stricter: { status: 202, reason: ACCEPTED },
  },
  {
    name: 'el reintento del worker',
    method: 'POST',
    path: '/api/v1/logistica/tareas',
    as: 'admin',
    body: {
      tipo: 'procesar_entrega',
      entrega_id: '$c',
      _retry_count: 1,
      confirmacion_info: {
        ...signed('PED-C'),
        usuario_id: '$usuario_id',
        entrega_id: '$c',
        firma_payload: '$firma_c',
      },
    },
    original: { status: 200, answer: ACEPTADA },
    stricter: { status: 202, reason: ACCEPTED },
  },
  {
    name: 'seguir la tarea de una entrega hasta su fin',
    method: 'GET',
    path: '/api/v1/logistica/tarea/$tarea_a',
    untilReady: true,
    original: {
      status: 200,
      answer: {
        task_id: 'string',
        status: '=SUCCESS',
        ready: 'boolean',
        successful: 'boolean',
        result: {
          entrega_id: 'number',
          status: '=ENTREGADA',
          retry_count: 'number',
          timestamp: 'string',
          worker: 'string',
        },
      },
    },
  },
  {
    name: 'leer una entrega confirmada',
    method: 'GET',
    path: '/api/v1/logistica/entrega/$a',
    original: {
      status: 200,
      answer: {
        ...STORED,
        estado: '=ENTREGADA',
        nombre_recibe: '=Lucía Peña',
        firma_recibe: '=<svg/>',
        integridad_firma: 'string',
        fecha_entrega: 'string',
      },
    },
  },
  {
    name: 'salud de logística',
    method: 'GET',
    path: '/api/v1/logistica/health',
    as: 'nadie',
    original: { status: 200, answer: { status: '=healthy', service: '=logistica_inventario' } },
  },
  {
    name: 'ruta desconocida de logística',
    method: 'GET',
    path: '/api/v1/logistica/nada',
    original: { status: 404 },
  },
  {
    name: 'DELETE de una entrega',
    method: 'DELETE',
    path: '/api/v1/logistica/entrega/$a',
    original: { status: 405, headers: ['allow'] },
  },
  {
    name: 'OPTIONS sin Origin',
    method: 'OPTIONS',
    path: ENTREGAS,
    as: 'nadie',
    original: { status: 200, headers: ['allow'] },
  },
];
