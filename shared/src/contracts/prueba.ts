/** Wire schemas of a delivery's proof: what logistica knows of it, and what autorizador makes of that. */
import { z } from 'zod';
import { PROOF_FORMAT } from '../proof/format.ts';
import { deliveryFields } from './delivery-payload.ts';
import { id, isoTimestamp } from './fields.ts';
import { CAMBIOS_DE_ASIGNACION, ESTADO_ENTREGA, ITEM_ESTADOS, LIMITES } from './vocabulary.ts';

/** What was stored may be longer than what is taken now; it is never empty. */
const stored = (max: number) => z.string().min(1).max(max);
const actor = stored(128);
const hash = stored(64);

/** A proof without what autorizador adds to it. Closed: nothing else is ever sealed. */
export const pruebaSinSello = z.strictObject({
  formato: z.literal(PROOF_FORMAT),
  entrega: z.strictObject({
    id,
    pedido_id: stored(LIMITES.pedido_id),
    estado: z.literal(ESTADO_ENTREGA.entregada),
    creada: isoTimestamp,
    fecha_entrega: isoTimestamp,
    creada_por: actor,
    asignada_a: id.nullable(),
    confirmada_por: id,
  }),
  datos: z
    .strictObject({ ...deliveryFields, pedido_id: stored(LIMITES.pedido_id), usuario_id: id })
    .describe('Lo que firmó quien confirmó'),
  firma: stored(LIMITES.firma).describe('JWS separado sobre datos'),
  recepcion: z.strictObject({
    recibida: isoTimestamp.nullable().describe('Cuándo llegó la confirmación firmada'),
    tarea: stored(64).nullable(),
  }),
  items: z
    .array(
      z.strictObject({
        producto_id: id,
        sku: stored(LIMITES.sku),
        nombre: stored(LIMITES.nombre_producto),
        cantidad: z.int().min(1),
        estado: z.enum(ITEM_ESTADOS),
      }),
    )
    .max(LIMITES.items),
  historial: z
    .array(
      z.strictObject({
        estado: stored(LIMITES.estado),
        anterior: stored(LIMITES.estado).nullable(),
        momento: isoTimestamp,
        actor,
        cambio: z.enum(CAMBIOS_DE_ASIGNACION).optional(),
        motivo: stored(LIMITES.motivo).optional().describe('De un intento fallido'),
        capturado: stored(64).optional().describe('Hora del dispositivo en un intento fallido'),
        tarea: stored(64).nullable(),
      }),
    )
    .max(500),
});
export type PruebaSinSello = z.output<typeof pruebaSinSello>;

/** The file `entrega-123.pod.json`. */
export const prueba = pruebaSinSello.extend({
  emitida: isoTimestamp,
  personas: z
    .array(z.strictObject({ id, nombre: z.string() }))
    .describe('Las cuentas que aparecen, con su nombre al emitir la prueba'),
  resumen: z
    .record(z.string(), hash)
    .describe('SHA-256 de cada parte, base64url: dice dónde se alteró una prueba'),
  sello: z.string().describe('JWS separado de autorizador sobre todo lo demás (typ medisupply-pod+jws)'),
});
export type Prueba = z.output<typeof prueba>;

export const sellarPruebaBody = z.strictObject({ prueba: pruebaSinSello });
export const sellarPruebaResponse = z.object({ prueba });
