import { z } from 'zod';
import { deliveryFields } from '@medisupply/shared/contracts/delivery-payload';
import { id, idInPath, isoTimestamp, pageQuery, pedidoId, text } from '@medisupply/shared/contracts/fields';
import { lookOf } from '@medisupply/shared/contracts/look-alike';
import { items } from '../inventario/inventario.schemas.ts';

export const CANCELLED = 'CANCELADA';
/** States that only the platform sets, and so nothing else may look like one of them. */
const RESERVED_STATES = [
  'ENTREGADA',
  'PENDING_SYSTEM_CONFIRMATION',
  'FAILED_MAX_RETRIES',
  CANCELLED,
] as const;
const RESERVED_LOOKS = new Set(RESERVED_STATES.map(lookOf));

export const crearEntregaBody = z.strictObject({
  direccion: deliveryFields.direccion,
  estado: text(64).refine((estado) => !RESERVED_LOOKS.has(lookOf(estado)), {
    error: `Estado reservado; lo pone la plataforma (${RESERVED_STATES.join(', ')})`,
  }),
  pedido_id: pedidoId,
  asignada_a: id.optional(),
  items: items.optional(),
});
export type CrearEntrega = z.output<typeof crearEntregaBody>;

export const entregaParams = z.strictObject({ id: idInPath });

export const listarEntregasQuery = z.strictObject({
  ...pageQuery,
  estado: text(64).optional(),
  pedido_id: text(64).optional(),
});
export type ListarEntregas = z.output<typeof listarEntregasQuery>;

const estadoTexto = z.string().describe(`Texto libre, o ${RESERVED_STATES.join(', ')}`);

export const entregaGuardada = z
  .object({
    id,
    direccion: z.string().describe('Texto cifrado, v1:…'),
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
    direccion: z.string(),
    pedido_id: z.string(),
    estado: estadoTexto,
    nombre_recibe: z.string().nullable(),
    firma_recibe: z.string().nullable(),
    integridad_firma: z
      .boolean()
      .nullable()
      .describe('Si la firma guardada corresponde a los datos guardados; null mientras no esté entregada'),
    fecha_entrega: isoTimestamp.nullable(),
    asignada_a: id.nullable(),
    creada_por: z.string(),
    confirmada_por: id.nullable(),
    task_id: z.string().nullable().describe('La tarea de su última confirmación'),
    items: z.array(
      z.object({ producto_id: id, cantidad: z.int(), estado: z.enum(['RESERVADO', 'DEBITADO', 'LIBERADO']) }),
    ),
    historial: z.array(
      z.object({
        estado: z.string(),
        anterior: z.string().nullable(),
        momento: isoTimestamp,
        actor: z.string(),
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
    estado: z.enum(['exitoso', 'Pendiente Confirmacion Sistema']),
    task_id: z.string(),
    task_name: z.string(),
    queue: z.string(),
    status: z.literal('PENDING'),
    timestamp: isoTimestamp,
  })
  .describe('La confirmación está guardada y se aplicará');
export type ConfirmacionAceptada = z.output<typeof confirmacionAceptada>;
