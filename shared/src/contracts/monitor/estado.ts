import { z } from 'zod';
import { hallazgo } from '../diagnostico.ts';
import { isoTimestamp } from '../fields.ts';
import { liveWorker } from './workers.ts';
import { colas } from './colas.ts';

export const estadoRedis = z.object({
  status: z.enum(['connected', 'disconnected']),
  ping: z.boolean(),
  response_time_ms: z.number().nullable(),
  version: z.string().nullable(),
  aof: z.boolean().nullable().describe('Si Redis guarda cada escritura en disco'),
  maxmemory_policy: z.string().nullable(),
});

export type EstadoRedis = z.output<typeof estadoRedis>;

export const estadoServicio = z.object({
  status: z
    .enum(['healthy', 'degraded', 'unhealthy', 'timeout', 'unreachable', 'error'])
    .describe(
      'degraded: responde, pero no está listo o le falta algo; unhealthy: responde con un error; error: respuesta sin sentido',
    ),
  response_time_ms: z.number(),
  version: z.string().nullable(),
});

export type EstadoServicio = z.output<typeof estadoServicio>;

export const estadoBase = z.object({
  status: z.enum(['ok', 'missing', 'error']),
  schema: z.string().nullable().describe('Última migración aplicada'),
  size: z.number().nullable().describe('Bytes'),
  wal_size: z.number().nullable().describe('Bytes'),
  error: z.string().nullable().describe('Código de SQLite'),
});

export type EstadoBase = z.output<typeof estadoBase>;

const fallas = z.object({
  activas: z.boolean(),
  procesos: z.array(z.object({ proceso: z.string(), FAULT_RATE: z.number(), FAULT_LATENCY_MS: z.number() })),
});

export const estado = z.object({
  redis: estadoRedis,
  servicios: z.record(z.string(), estadoServicio),
  bases: z.record(z.string(), estadoBase),
  queues: colas.nullable().describe('null: Redis no responde'),
  workers: z.array(liveWorker).nullable().describe('null: Redis no responde'),
  diagnostico: z.array(hallazgo).describe('Lo que hay que mirar, lo más grave primero; vacío: todo bien'),
  fallas_inyectadas: fallas,
  celery: z
    .object({
      status: z.enum(['active', 'idle', 'disconnected']),
      keys_count: z.number().nullable().describe('Claves que hay en Redis'),
    })
    .describe('Nombre anterior de la parte de colas'),
  timestamp: isoTimestamp,
});

export type Estado = z.output<typeof estado>;
