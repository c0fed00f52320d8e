import type { Kysely } from 'kysely';
import type { LogisticaTables } from '../tables.ts';

type Db = Kysely<LogisticaTables>;

/** What a delivery carries, by name. */
export const listProductos = (db: Db, entregaId: number) =>
  db
    .selectFrom('entrega_item')
    .innerJoin('producto', 'producto.id', 'entrega_item.producto_id')
    .select([
      'entrega_item.producto_id',
      'producto.sku',
      'producto.nombre',
      'entrega_item.cantidad',
      'entrega_item.estado',
    ])
    .where('entrega_item.entrega_id', '=', entregaId)
    .orderBy('entrega_item.producto_id')
    .execute();

/** When the confirmation that was applied came in. */
export const findRecepcion = (db: Db, entregaId: number) =>
  db
    .selectFrom('confirmacion')
    .select(['task_id', 'recibida'])
    .where('entrega_id', '=', entregaId)
    .where('estado', '=', 'APLICADA')
    .executeTakeFirst();
