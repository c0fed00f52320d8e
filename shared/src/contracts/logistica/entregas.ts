/** Wire schemas of deliveries. */
import { z } from 'zod';
import { deliveryFields } from '../delivery-payload.ts';
import { id, idInPath, isoTimestamp, pageQuery, pedidoId, text } from '../fields.ts';
import { lookOf } from '../look-alike.ts';
import {
  CAMBIOS_DE_ASIGNACION,
  ESTADOS_RESERVADOS,
  ITEM_ESTADOS,
  LIMITES,
  RESPUESTAS,
} from '../vocabulary.ts';
import { items } from './inventario.ts';

const RESERVED_LOOKS = new Set(ESTADOS_RESERVADOS.map(lookOf));

export const crearEntregaBody = z.strictObject({
  direccion: deliveryFields.direccion,
  estado: text(LIMITES.estado).refine((estado) => !RESERVED_LOOKS.has(lookOf(estado)), {
    error: `Estado reservado; lo pone la plataforma (${ESTADOS_RESERVADOS.join(', ')})`,
  }),
  pedido_id: pedidoId,
  asignada_a: id.optional(),
  items: items.optional(),
});
export type CrearEntrega = z.output<typeof crearEntregaBody>;

export const entregaParams = z.strictObject({ id: idInPath });

export const listarEntregasQuery = z.strictObject({
  ...pageQuery,
  estado: text(LIMITES.filtro).optional(),
  pedido_id: text(LIMITES.filtro).optional(),
});
export type ListarEntregas = z.output<typeof listarEntregasQuery>;

const estadoTexto = z.string().describe(`Texto libre, o ${ESTADOS_RESERVADOS.join(', ')}`);

/** What a courier sees of a delivery that nobody carries yet. */
const reservada = z
  .literal(true)
  .optional()
  .describe('Sin datos personales: se ven al tomarla (POST /entregas/:id/tomar)');

export const entregaGuardada = z
  .object({
    id,
    direccion: z.string().nullable().describe('Texto cifrado, v1:…; null si está reservada'),
    reservada,
    pedido_id: z.string(),
    estado: estadoTexto,
    asignada_a: id.nullable(),
    creada_por: z.string(),
    confirmada_por: id.nullable(),
    nombre_recibe: z.string().nullable().describe('Texto cifrado, v1:…'),
    fecha_entrega: isoTimestamp.nullable(),
    creada: isoTimestamp,
    actualizada: isoTimestamp,
  })
  .describe('Una entrega como está guardada');
export type EntregaGuardada = z.output<typeof entregaGuardada>;

export const entregaDescifrada = z
  .object({
    id,
    direccion: z.string().nullable().describe('null si está reservada'),
    reservada,
    pedido_id: z.string(),
    estado: estadoTexto,
    nombre_recibe: z.string().nullable(),
    firma_recibe: z.string().nullable(),
    integridad_firma: z
      .boolean()
      .nullable()
      .describe('Si la firma guardada corresponde a los datos guardados; null mientras no esté entregada'),
    firma_clave: z
      .object({
        kid: z.string(),
        revocada: isoTimestamp.nullable().describe('Desde cuándo no se aceptan más firmas de esta clave'),
      })
      .nullable()
      .describe('La clave con que está firmada; null mientras no esté entregada'),
    fecha_entrega: isoTimestamp.nullable(),
    asignada_a: id.nullable(),
    creada_por: z.string(),
    confirmada_por: id.nullable(),
    task_id: z.string().nullable().describe('La tarea de su última confirmación'),
    items: z.array(z.object({ producto_id: id, cantidad: z.int(), estado: z.enum(ITEM_ESTADOS) })),
    historial: z.array(
      z.object({
        estado: z.string(),
        anterior: z.string().nullable(),
        momento: isoTimestamp,
        actor: z.string(),
        cambio: z.enum(CAMBIOS_DE_ASIGNACION).optional(),
        task_id: z.string().nullable(),
      }),
    ),
  })
  .describe('Una entrega descifrada');
export type EntregaDescifrada = z.output<typeof entregaDescifrada>;

const { entrega_id: _, ...signedFields } = deliveryFields;

export const confirmarEntregaBody = z.strictObject({
  ...signedFields,
  firma_payload: z.string({ error: 'La firma debe ser una cadena de texto' }),
  usuario_id: id.optional(),
  entrega_id: id.optional(),
});

export const confirmacionAceptada = z
  .object({
    message: z.literal('Tarea enviada'),
    entrega_id: id,
    estado: z.enum(RESPUESTAS),
    task_id: z.string(),
    task_name: z.string(),
    queue: z.string(),
    status: z.literal('PENDING'),
    timestamp: isoTimestamp,
  })
  .describe('La confirmación está guardada y se aplicará');
export type ConfirmacionAceptada = z.output<typeof confirmacionAceptada>;
