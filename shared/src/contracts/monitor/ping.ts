import { z } from 'zod';
import { hallazgo } from '../diagnostico.ts';
import { isoTimestamp } from '../fields.ts';
import { colas } from './colas.ts';
import { estadoRedis } from './estado.ts';

export const ping = z.object({
  target_service: z.string(),
  status: z.enum(['healthy', 'degraded', 'timeout', 'unreachable', 'error']),
  message: z.string(),
  response_time_ms: z.number().describe('Medido'),
  http_status: z.int().nullable(),
  timestamp: isoTimestamp,
  ping_successful: z.boolean(),
});

export type Ping = z.output<typeof ping>;

export const estadoLogistica = z.object({
  service: z.string(),
  overall_status: z.enum(['healthy', 'degraded', 'critical']),
  ping_echo: ping,
  broker_status: estadoRedis.extend({
    waiting: z.int().nullable().describe('Trabajos de logística en espera'),
    failed: z.int().nullable().describe('Trabajos de logística fallidos'),
    workers: z.int().nullable().describe('Workers que atienden la cola logística'),
    redis_connected: z.boolean().describe('Si status es connected'),
    redis_ping: z.boolean().describe('Como ping'),
    queues: colas.describe('Vacío: Redis no responde'),
    timestamp: isoTimestamp,
  }),
  last_check: isoTimestamp,
  diagnostico: z.array(hallazgo).describe('Lo que hay que mirar, lo más grave primero; vacío: todo bien'),
  recommendations: z.array(z.string()),
});

export type EstadoLogistica = z.output<typeof estadoLogistica>;
