/** Wire schemas of the inventory. */
import { z } from 'zod';
import { id, idInPath, ignored, isoTimestamp, pageQuery, text } from '../fields.ts';
import { LIMITES, MOVIMIENTO_TIPOS } from '../vocabulary.ts';

const MAX_UNITS = LIMITES.unidades;

const units = z.int({ error: 'Debe ser un número entero' });
const amount = units.min(0, { error: 'No puede ser negativo' }).max(MAX_UNITS, { error: 'Fuera de rango' });

export const sku = text(LIMITES.sku).regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, {
  error: 'Use letras, números, punto, guion o guion bajo',
});

export const crearProductoBody = z.strictObject({
  sku,
  nombre: text(LIMITES.nombre_producto),
  stock: amount.default(0),
  minimo: amount.default(0),
});
export type CrearProducto = z.output<typeof crearProductoBody>;

export const ajustarBody = z.strictObject({
  cantidad: units
    .min(-MAX_UNITS, { error: 'Fuera de rango' })
    .max(MAX_UNITS, { error: 'Fuera de rango' })
    .refine((cantidad) => cantidad !== 0, { error: 'No puede ser cero' }),
  motivo: text(LIMITES.motivo),
});
export type Ajustar = z.output<typeof ajustarBody>;

export const productoParams = z.strictObject({ id: idInPath });

export const listarProductosQuery = z.strictObject({ ...pageQuery, buscar: text(LIMITES.filtro).optional() });
export type ListarProductos = z.output<typeof listarProductosQuery>;

/** What a delivery carries. */
export const items = z
  .array(
    z
      .strictObject({
        producto_id: id,
        cantidad: units.min(1, { error: 'Debe ser 1 o mayor' }).max(MAX_UNITS, { error: 'Fuera de rango' }),
        // Our own answers have them.
        estado: ignored,
        sku: ignored,
        nombre: ignored,
      })
      .transform(({ producto_id, cantidad }) => ({ producto_id, cantidad })),
  )
  .max(LIMITES.items, { error: `Máximo ${LIMITES.items} productos` })
  .refine((list) => new Set(list.map((item) => item.producto_id)).size === list.length, {
    error: 'Hay productos repetidos',
  });
export type Item = z.output<typeof items>[number];

export const producto = z
  .object({
    id,
    sku: z.string(),
    nombre: z.string(),
    stock: z.int().describe('Existencias, también las reservadas'),
    reservado: z.int(),
    disponible: z.int().describe('stock − reservado'),
    minimo: z.int(),
    bajo_minimo: z.boolean().describe('Si lo disponible está por debajo del mínimo'),
    creado: isoTimestamp,
    actualizado: isoTimestamp,
  })
  .describe('Un producto y sus existencias');
export type Producto = z.output<typeof producto>;

export const movimiento = z.object({
  id,
  cantidad: z.int().describe('Con signo'),
  tipo: z.enum(MOVIMIENTO_TIPOS),
  motivo: z.string(),
  actor: z.string(),
  entrega_id: id.nullable(),
  momento: isoTimestamp,
});

export const productoConMovimientos = producto
  .extend({ movimientos: z.array(movimiento).describe('Los 100 más recientes') })
  .describe('Un producto con su libro de movimientos');
export type ProductoConMovimientos = z.output<typeof productoConMovimientos>;
