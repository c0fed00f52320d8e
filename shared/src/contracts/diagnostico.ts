import { z } from 'zod';

/** What an operator may have to look at. The params of each are in `diagnosticar`, in the monitor. */
export const HALLAZGOS = [
  'servicio_caido',
  'servicio_degradado',
  'base_mal',
  'redis_desconectado',
  'redis_sin_aof',
  'redis_politica',
  'sin_workers',
  'cola_desatendida',
  'cola_pausada',
  'cola_fallidos',
  'worker_callado',
  'worker_lento',
  'tarea_larga',
] as const;

export type CodigoHallazgo = (typeof HALLAZGOS)[number];

/** The worst first. */
export const SEVERITIES = ['critical', 'degraded', 'warning', 'notice'] as const;

export type Severity = (typeof SEVERITIES)[number];

export const hallazgo = z.object({
  code: z.enum(HALLAZGOS),
  severity: z
    .enum(SEVERITIES)
    .describe(
      'critical: algo no responde; degraded: lo aceptado espera; warning: funciona a medias o está en pausa; notice: conviene mirarlo',
    ),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
});

export type Hallazgo = z.output<typeof hallazgo>;
