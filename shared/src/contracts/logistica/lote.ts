/** Wire schemas of many deliveries at once. */
import { z } from 'zod';
import { id } from '../fields.ts';
import { LIMITES } from '../vocabulary.ts';

export const crearLoteBody = z.strictObject({
  entregas: z
    .array(z.unknown())
    .min(1, { error: 'Falta alguna entrega' })
    .max(LIMITES.lote, { error: `Máximo ${LIMITES.lote} entregas` })
    .describe('Cada una como en POST /entregas; la que no vale se rechaza sola'),
  repetir: z
    .boolean()
    .optional()
    .describe('Crear también las de un pedido del que quien llama ya tiene una entrega'),
});
export type CrearLote = z.output<typeof crearLoteBody>;

const fila = z.int().describe('Su lugar en la solicitud, desde 0');

export const loteCreado = z
  .object({
    resultados: z.array(
      z.union([
        z.object({ fila, id, repetida: z.literal(true).optional().describe('Ya existía') }),
        z.object({
          fila,
          error: z.object({
            type: z.string(),
            status: z.int(),
            detail: z.string(),
            errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
          }),
        }),
      ]),
    ),
    creadas: z.int(),
    repetidas: z.int(),
    rechazadas: z.int(),
  })
  .describe('Qué pasó con cada fila');
export type LoteCreado = z.output<typeof loteCreado>;
