import { z } from 'zod';
import { isoTimestamp } from '../fields.ts';

const momento = z.iso.datetime({ error: 'Debe ser una fecha y hora ISO 8601 en UTC, con Z' });

export const metricasQuery = z.strictObject({
  desde: momento.optional().describe('Incluido; por defecto, una hora antes de `hasta`'),
  hasta: momento.optional().describe('Incluido; por defecto, ahora'),
  paso: z
    .string()
    .regex(/^[1-9]\d{0,6}$/, { error: 'Debe ser un número entero de segundos, de 1 a 9999999' })
    .transform(Number)
    .optional()
    .describe('Segundos de cada punto; por defecto, los que dan unos 120 puntos por serie'),
  nombre: z
    .string()
    .regex(/^[a-z0-9_.-]{1,100}$/i, { error: 'Debe ser el nombre de una serie, o su principio' })
    .optional()
    .describe('Solo las series cuyo nombre empieza así'),
});

export type MetricasQuery = z.output<typeof metricasQuery>;

export const metricas = z.object({
  desde: isoTimestamp,
  hasta: isoTimestamp,
  paso: z.int().describe('Segundos'),
  series: z.array(
    z.object({
      nombre: z.string().describe('Con su unidad, como cola.logistica.waiting o redis.ping_ms'),
      puntos: z
        .array(
          z.object({
            momento: isoTimestamp.describe('Principio del punto'),
            promedio: z.number(),
            minimo: z.number(),
            maximo: z.number(),
          }),
        )
        .describe('Sin medida no hay punto'),
    }),
  ),
  timestamp: isoTimestamp,
});

export type Metricas = z.output<typeof metricas>;
