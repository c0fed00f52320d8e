import { z } from 'zod';
import { isoTimestamp } from '../fields.ts';

const cola = z.object({
  length: z.int().describe('Trabajos que aún no han empezado: waiting + delayed'),
  waiting: z.int(),
  active: z.int(),
  delayed: z.int(),
  failed: z.int().describe('Fallidos que Redis conserva (7 días)'),
  completed: z.int().describe('Terminados que Redis conserva (1 hora, hasta 1000)'),
  paused: z.boolean(),
  status: z.enum(['active', 'idle']),
  throughput: z
    .number()
    .nullable()
    .describe('Trabajos terminados por minuto, medidos en el último minuto; null: aún sin medida'),
});

/** By name: `default`, and those that the tasks declare. */
export const colas = z.record(z.string(), cola);

export type Cola = z.output<typeof cola>;
export type Colas = z.output<typeof colas>;

export const respuestaColas = z.object({
  queues: z
    .record(
      z.string(),
      cola.extend({ alias_de: z.string().optional().describe('La cola cuyas cifras son estas') }),
    )
    .describe('Por nombre; celery son las cifras de default'),
  timestamp: isoTimestamp,
});
