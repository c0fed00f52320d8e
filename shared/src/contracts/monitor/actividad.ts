import { z } from 'zod';
import { isoTimestamp, pageQuery, text } from '../fields.ts';

export const actividadQuery = z.strictObject({ ...pageQuery, tipo: text(64).optional() });

export const listaActividad = z.object({
  actividad: z.array(
    z.object({
      id: z.int(),
      task_id: z.string(),
      momento: isoTimestamp,
      tipo: z.string(),
      descripcion: z.string().nullable(),
      usuario_id: z.int().nullable(),
      datos: z.record(z.string(), z.unknown()).nullable(),
    }),
  ),
  timestamp: isoTimestamp,
});
