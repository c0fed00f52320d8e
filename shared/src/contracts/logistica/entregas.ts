/** Wire schemas of deliveries. */
import { z } from 'zod';
import { capturado, deliveryFields, fotoSha256 } from '../delivery-payload.ts';
import { id, idInPath, isoTimestamp, pageQuery, pedidoId, text, withEcos } from '../fields.ts';
import { lookOf } from '../look-alike.ts';
import {
  CAMBIOS_DE_ASIGNACION,
  ESTADO_ENTREGA,
  ESTADOS_RESERVADOS,
  ITEM_ESTADOS,
  LIMITES,
  RESPUESTAS,
} from '../vocabulary.ts';
import { items } from './inventario.ts';

const RESERVED_LOOKS = new Set(ESTADOS_RESERVADOS.map(lookOf));

export const crearEntregaBody = z.strictObject(
  withEcos({
    direccion: deliveryFields.direccion,
    estado: text(LIMITES.estado).refine((estado) => !RESERVED_LOOKS.has(lookOf(estado)), {
      error: `Estado reservado; lo pone la plataforma (${ESTADOS_RESERVADOS.join(', ')})`,
    }),
    pedido_id: pedidoId,
    asignada_a: id.nullish(),
    destinatario: text(LIMITES.destinatario).nullish().describe('A quién se entrega; no se firma'),
    items: items.optional(),
  }),
);
export type CrearEntrega = z.output<typeof crearEntregaBody>;

export const entregaParams = z.strictObject({ id: idInPath });

const si = z.literal('true').optional();

export const listarEntregasQuery = z.strictObject({
  ...pageQuery,
  estado: text(LIMITES.filtro).optional(),
  pedido_id: text(LIMITES.filtro).optional(),
  pedido_prefijo: text(LIMITES.filtro)
    .optional()
    .describe('Pedidos que empiezan así, en orden de pedido; mayúsculas y minúsculas como están guardadas'),
  sin_asignar: si.describe('Solo las que nadie lleva y se pueden tomar'),
  mias: si.describe('Solo las que lleva quien pregunta y siguen abiertas, en su orden de paradas'),
  claro: si.describe('Dirección y destinatario en claro en las que se ven completas, y sus items'),
});
export type ListarEntregas = z.output<typeof listarEntregasQuery>;

const estadoTexto = z.string().describe(`Texto libre, o ${ESTADOS_RESERVADOS.join(', ')}`);

/** What a courier sees of a delivery that nobody carries yet. */
const reservada = z
  .literal(true)
  .optional()
  .describe('Sin datos personales: se ven al tomarla (POST /entregas/:id/tomar)');

const orden = z.int().nullable().describe('Su lugar entre las paradas de quien la lleva');
const itemConNombre = z.object({ producto_id: id, sku: z.string(), nombre: z.string(), cantidad: z.int() });

export const entregaGuardada = z
  .object({
    id,
    direccion: z
      .string()
      .nullable()
      .describe('Texto cifrado, v1:…, o en claro si así se pidió; null si está reservada'),
    destinatario: z.string().nullable().describe('Como direccion; null si no tiene'),
    reservada,
    pedido_id: z.string(),
    estado: estadoTexto,
    asignada_a: id.nullable(),
    orden,
    creada_por: z.string(),
    confirmada_por: id.nullable(),
    nombre_recibe: z.string().nullable().describe('Texto cifrado, v1:…'),
    firma_recibe: z.string().nullable().describe('Texto cifrado, v1:…'),
    integridad_firma: z.string().nullable().describe('La firma, como está guardada'),
    fecha_entrega: isoTimestamp.nullable(),
    creada: isoTimestamp,
    actualizada: isoTimestamp,
    items: z.array(itemConNombre).optional().describe('Solo en una lista en claro'),
  })
  .describe('Una entrega como está guardada');
export type EntregaGuardada = z.output<typeof entregaGuardada>;

export const entregaDescifrada = z
  .object({
    id,
    direccion: z.string().nullable().describe('null si está reservada'),
    destinatario: z.string().nullable().describe('null si no tiene o está reservada'),
    reservada,
    pedido_id: z.string(),
    estado: estadoTexto,
    nombre_recibe: z.string().nullable(),
    firma_recibe: z.string().nullable(),
    integridad_firma: z.string().nullable().describe('La firma; null mientras no esté entregada'),
    firma_verificada: z
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
    capturado: capturado.nullable().describe('Hora del dispositivo, firmada; null si no se firmó'),
    foto_sha256: fotoSha256.nullable().describe('SHA-256 de su foto, firmado; null si no se firmó'),
    fecha_entrega: isoTimestamp.nullable(),
    asignada_a: id.nullable(),
    orden,
    creada_por: z.string(),
    confirmada_por: id.nullable(),
    task_id: z.string().nullable().describe('La tarea de su última confirmación'),
    items: z.array(itemConNombre.extend({ estado: z.enum(ITEM_ESTADOS) })),
    historial: z.array(
      z.object({
        estado: z.string(),
        anterior: z.string().nullable(),
        momento: isoTimestamp,
        actor: z.string(),
        cambio: z.enum(CAMBIOS_DE_ASIGNACION).optional(),
        motivo: z.string().optional().describe('Por qué no se pudo entregar'),
        detalle: z.string().optional(),
        capturado: capturado.optional(),
        task_id: z.string().nullable(),
      }),
    ),
  })
  .describe('Una entrega descifrada');
export type EntregaDescifrada = z.output<typeof entregaDescifrada>;

const { entrega_id: _, ...signedFields } = deliveryFields;

export const confirmarEntregaBody = z.strictObject(
  withEcos({
    ...signedFields,
    firma_payload: z.string({ error: 'La firma debe ser una cadena de texto' }),
    usuario_id: id.optional(),
    entrega_id: id.optional(),
  }),
);

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

export const fotoGuardada = z
  .object({ entrega_id: id, sha256: fotoSha256, tamano: z.int().describe('Bytes') })
  .describe('La foto está guardada, cifrada');
export type FotoGuardada = z.output<typeof fotoGuardada>;

export const intentoFallidoBody = z.strictObject({
  motivo: text(LIMITES.filtro).describe('Uno de GET /intentos/motivos'),
  detalle: text(LIMITES.detalle).optional(),
  capturado: capturado.optional(),
});
export type IntentoFallido = z.output<typeof intentoFallidoBody>;

export const intentoRegistrado = z
  .object({
    entrega_id: id,
    estado: z.literal(ESTADO_ENTREGA.intento),
    motivo: z.string(),
    momento: isoTimestamp,
  })
  .describe('El intento queda en el historial; la entrega sigue abierta');
export type IntentoRegistrado = z.output<typeof intentoRegistrado>;

export const motivosDeIntento = z.object({ motivos: z.array(z.string()) });

export const ordenarEntregasBody = z.strictObject({
  asignada_a: id,
  entregas: z
    .array(id)
    .max(LIMITES.paradas, { error: `Máximo ${LIMITES.paradas} entregas` })
    .refine((ids) => new Set(ids).size === ids.length, { error: 'Una entrega está repetida' })
    .describe('En el orden de las paradas; las demás de esa persona quedan sin orden'),
});
export type OrdenarEntregas = z.output<typeof ordenarEntregasBody>;

export const entregasOrdenadas = z.object({ asignada_a: id, entregas: z.array(id) });
