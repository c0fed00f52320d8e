import type { ParityRequest } from './request.ts';
import { NEEDS_TOKEN } from './request.ts';

const PING = {
  target_service: '=logistica_inventario',
  status: '=healthy',
  message: 'string',
  response_time_ms: 'number',
  http_status: 'number',
  timestamp: 'string',
  ping_successful: 'boolean',
} as const;

const COLA = { length: 'number', status: 'string' } as const;

const ENDPOINTS = [
  {
    name: 'estado general',
    path: 'status',
    answer: {
      redis: { status: '=connected', ping: 'boolean' },
      celery: { keys_count: 'number', status: 'string' },
      timestamp: 'string',
    },
  },
  { name: 'colas', path: 'queue', answer: { queues: { celery: COLA }, timestamp: 'string' } },
  {
    name: 'workers',
    path: 'workers',
    answer: { workers: [{ status: 'string' }], total_workers: 'number', timestamp: 'string' },
  },
  { name: 'ping a logística', path: 'ping-logistica', answer: PING },
  {
    name: 'estado de logística',
    path: 'logistica-status',
    answer: {
      service: '=logistica_inventario',
      overall_status: '=healthy',
      ping_echo: PING,
      broker_status: {
        redis_connected: 'boolean',
        redis_ping: 'boolean',
        queues: 'object',
        timestamp: 'string',
      },
      last_check: 'string',
      recommendations: ['string'],
    },
  },
] as const;

export const MONITOR: readonly ParityRequest[] = [
  ...ENDPOINTS.flatMap(({ name, path, answer }): ParityRequest[] => [
    { name, method: 'GET', path: `/api/v1/monitor/${path}`, original: { status: 200, answer } },
    {
      name: `${name}, sin token`,
      method: 'GET',
      path: `/api/v1/monitor/${path}`,
      as: 'nadie',
      original: { status: 200, answer },
      stricter: { status: 401, reason: NEEDS_TOKEN },
    },
  ]),
  {
    name: 'estado general con un parámetro desconocido',
    method: 'GET',
    path: '/api/v1/monitor/status?t=1',
    original: { status: 200, answer: ENDPOINTS[0].answer },
  },
  {
    name: 'salud de monitor',
    method: 'GET',
    path: '/api/v1/monitor/health',
    as: 'nadie',
    original: { status: 200, answer: { status: '=healthy', service: '=monitor', timestamp: 'string' } },
  },
  {
    name: 'ruta desconocida de monitor',
    method: 'GET',
    path: '/api/v1/monitor/nada',
    original: { status: 404 },
  },
  {
    name: 'POST donde solo hay GET',
    method: 'POST',
    path: '/api/v1/monitor/status',
    body: {},
    original: { status: 405, headers: ['allow'] },
  },
  {
    name: 'salud de la puerta de enlace',
    method: 'GET',
    path: '/health',
    as: 'nadie',
    original: { status: 200, answer: { status: 'string', gateway: 'any', services: 'any' } },
  },
  {
    name: 'servicio desconocido',
    method: 'GET',
    path: '/api/v1/nada/de-nada',
    as: 'nadie',
    original: { status: 404, answer: { error: 'string' } },
  },
  {
    name: 'salud de la página',
    method: 'GET',
    path: '/frontend/health',
    as: 'nadie',
    original: { status: 200, answer: 'object' },
  },
  {
    name: 'datos de la página',
    method: 'GET',
    path: '/frontend/info',
    as: 'nadie',
    original: { status: 200, answer: 'object' },
  },
  {
    name: 'una página de :4200 llama a la API',
    method: 'GET',
    path: '/api/v1/autorizador/health',
    as: 'nadie',
    headers: { origin: '$pagina' },
    original: { status: 200, headers: ['access-control-allow-origin'] },
  },
];
