import type { ParityRequest, Shape } from './request.ts';
import { ERROR, NEEDS_TOKEN, NO_500 } from './request.ts';

const TAREAS = '/api/v1/logistica/tareas';

/** A task that is sent and followed to its end; the original answered 202 to all but procesar_entrega. */
function task(
  name: string,
  body: Record<string, unknown> & { tipo: string },
  { message, result, sent = body.tipo }: { message?: string; result: Shape; sent?: string },
): readonly ParityRequest[] {
  const queue = /^(validar_inventario|generar_reporte)$/.test(body.tipo) ? 'logistica' : 'monitor';
  return [
    {
      name: `enviar ${name}`,
      method: 'POST',
      path: TAREAS,
      as: 'admin',
      body,
      original: {
        status: 202,
        answer: {
          message: message === undefined ? 'string' : `=${message}`,
          task_id: 'string',
          task_name: `=${queue}.${body.tipo}`,
          status: '=PENDING',
          queue: `=${queue}`,
        },
      },
      remember: { [sent]: 'task_id' },
    },
    {
      name: `resultado de ${name}`,
      method: 'GET',
      path: `/api/v1/logistica/tareas/$${sent}`,
      as: 'admin',
      untilReady: true,
      original: {
        status: 200,
        answer: { task_id: 'string', status: '=SUCCESS', ready: 'boolean', successful: 'boolean', result },
      },
    },
  ];
}

const REPORTE = {
  reporte_id: 'string',
  fecha_inicio: 'string|null',
  fecha_fin: 'string|null',
  entregas_procesadas: 'number',
  timestamp: 'string',
  worker: 'string',
} as const;

const ACTIVIDAD = { activity_id: 'any', logged: 'boolean', timestamp: 'string', worker: 'string' } as const;
const LISTS = { error: 'string', available_tasks: ['string'], ejemplos: ['object'] } as const;

const reporte = (name: string, fechas: Record<string, unknown>) =>
  task(
    `generar_reporte ${name}`,
    { tipo: 'generar_reporte', ...fechas },
    {
      message: 'Reporte enviado via dispatcher',
      result: REPORTE,
      sent: `reporte_${name.replaceAll(/\W/g, '_')}`,
    },
  );

export const TAREAS_Y_RESULTADOS: readonly ParityRequest[] = [
  ...task(
    'validar_inventario',
    { tipo: 'validar_inventario', producto_id: 456, cantidad: 10 },
    {
      message: 'Validación enviada via dispatcher',
      result: {
        producto_id: 'number',
        cantidad_solicitada: 'number',
        stock_disponible: 'number',
        disponible: 'boolean',
        timestamp: 'string',
        worker: 'string',
      },
    },
  ),
  ...reporte('de un mes', { fecha_inicio: '2025-01-01', fecha_fin: '2025-01-31' }),
  ...reporte('sin fechas', {}),
  ...reporte('con null', { fecha_inicio: null }),
  ...reporte('con hora local', { fecha_inicio: '2025-01-01T08:00:00' }),
  ...reporte('con barras', { fecha_inicio: '01/01/2025' }),
  ...task(
    'health_check',
    { tipo: 'health_check' },
    {
      message: 'Health check iniciado via dispatcher',
      result: {
        system_status: 'string',
        redis_status: 'string',
        checks_performed: 'any',
        timestamp: 'string',
        worker: 'string',
      },
    },
  ),
  ...task(
    'log_activity',
    { tipo: 'log_activity', activity_data: { evento: 'login', usuario: 'test' } },
    {
      message: 'Log activity enviado via dispatcher',
      result: ACTIVIDAD,
    },
  ),
  ...task(
    'log_activity sin activity_data',
    { tipo: 'log_activity' },
    {
      message: 'Log activity enviado via dispatcher',
      result: ACTIVIDAD,
      sent: 'log_activity_vacia',
    },
  ),
  ...task(
    'generate_metrics',
    { tipo: 'generate_metrics' },
    {
      message: 'Generación de métricas iniciada via dispatcher',
      result: { timestamp: 'string', worker: 'string' },
    },
  ),
  ...task(
    'ping_logistica',
    { tipo: 'ping_logistica' },
    {
      result: {
        ping_id: 'string',
        target_service: '=logistica_inventario',
        status: 'string',
        message: 'string',
        response_time_ms: 'number',
        http_status: 'number',
        ping_successful: 'boolean',
        timestamp: 'string',
        worker: 'string',
      },
    },
  ),
  {
    name: 'enviar una tarea de un tipo desconocido',
    method: 'POST',
    path: TAREAS,
    as: 'admin',
    body: { tipo: 'nada' },
    original: { status: 400, answer: LISTS },
  },
  {
    name: 'enviar una tarea sin tipo',
    method: 'POST',
    path: TAREAS,
    as: 'admin',
    body: { entrega_id: 1 },
    original: { status: 400, answer: LISTS },
  },
  {
    name: 'enviar una tarea vacía',
    method: 'POST',
    path: TAREAS,
    as: 'admin',
    body: {},
    original: { status: 400, answer: ERROR },
  },
  {
    name: 'enviar una tarea con JSON roto',
    method: 'POST',
    path: TAREAS,
    as: 'admin',
    text: '{',
    original: { status: 400 },
  },
  {
    name: 'enviar una tarea como texto',
    method: 'POST',
    path: TAREAS,
    as: 'admin',
    headers: { 'content-type': 'text/plain' },
    text: 'hola',
    original: { status: 415 },
  },
  {
    name: 'validar_inventario sin cantidad',
    method: 'POST',
    path: TAREAS,
    as: 'admin',
    body: { tipo: 'validar_inventario', producto_id: 1 },
    original: { status: 400, answer: ERROR },
  },
  {
    name: 'validar_inventario con una cantidad que no es un número',
    method: 'POST',
    path: TAREAS,
    as: 'admin',
    body: { tipo: 'validar_inventario', producto_id: 1, cantidad: 'muchas' },
    original: { status: 202 },
    stricter: { status: 400, reason: 'los parámetros se comprueban antes de aceptar la tarea' },
  },
  {
    name: 'procesar_entrega sin entrega_id',
    method: 'POST',
    path: TAREAS,
    as: 'admin',
    body: { tipo: 'procesar_entrega' },
    original: { status: 400, answer: ERROR },
  },
  {
    name: 'procesar_entrega sin firma',
    method: 'POST',
    path: TAREAS,
    as: 'admin',
    body: { tipo: 'procesar_entrega', entrega_id: '$a' },
    original: { status: 400, answer: ERROR },
  },
  {
    name: 'enviar una tarea sin token, con cualquier i-api-key',
    method: 'POST',
    path: TAREAS,
    as: 'nadie',
    headers: { 'i-api-key': 'secret' },
    body: { tipo: 'health_check' },
    original: { status: 202, answer: { message: 'string', task_id: 'string' } },
    stricter: {
      status: 401,
      reason: 'cualquier i-api-key pasaba; ahora hace falta una verdadera, y no desde fuera',
    },
  },
  {
    name: 'enviar una tarea como usuario',
    method: 'POST',
    path: TAREAS,
    body: { tipo: 'health_check' },
    original: { status: 202, answer: { message: 'string', task_id: 'string' } },
    stricter: { status: 403, reason: 'las tareas las envían Admin, System y los servicios' },
  },
  {
    name: 'listar las tareas',
    method: 'GET',
    path: TAREAS,
    as: 'admin',
    original: {
      status: 200,
      answer: {
        message: 'string',
        tasks: [
          {
            id: 'string',
            name: 'string',
            state: 'string',
            result: 'any',
            received: 'any',
            finished: 'any',
            worker: 'string|null',
            source: 'string',
          },
        ],
      },
    },
  },
  {
    name: 'listar las tareas sin token',
    method: 'GET',
    path: TAREAS,
    as: 'nadie',
    original: { status: 200, answer: { message: 'string', tasks: 'array' } },
    stricter: { status: 401, reason: NEEDS_TOKEN },
  },
  {
    name: 'consultar una tarea que no existe',
    method: 'GET',
    path: '/api/v1/logistica/tarea/11111111-1111-1111-1111-111111111111',
    as: 'admin',
    original: { status: 200, answer: { status: '=PENDING' } },
    stricter: { status: 404, reason: 'una tarea desconocida no está pendiente' },
  },
  {
    name: 'enviar una lista',
    method: 'POST',
    path: TAREAS,
    as: 'admin',
    body: [1],
    original: { status: 500 },
    stricter: { status: 400, reason: NO_500 },
  },
];
