import type { Insertable, Kysely, Selectable } from 'kysely';
import { sql } from 'kysely';
import { dialectOf } from '@medisupply/shared/db/dialect';
import { prepared } from '@medisupply/shared/db/prepared';
import type { Tx } from '@medisupply/shared/db/unit-of-work';
import type { EntregaItemTable, LogisticaTables, MovimientoTable, ProductoTable } from '../tables.ts';

type Db = Kysely<LogisticaTables>;
export type ProductoRow = Selectable<ProductoTable>;

export async function insertProducto(
  tx: Tx<LogisticaTables>,
  producto: { sku: string; nombre: string; minimo: number; creado: number },
): Promise<ProductoRow | undefined> {
  return tx
    .insertInto('producto')
    .values({ ...producto, stock: 0, actualizado: producto.creado })
    .onConflict((conflict) => conflict.column('sku').doNothing())
    .returningAll()
    .executeTakeFirst();
}

export async function findProducto(db: Db, id: number): Promise<ProductoRow | undefined> {
  return db.selectFrom('producto').selectAll().where('id', '=', id).executeTakeFirst();
}

export async function listProductos(
  db: Db,
  filter: { before: number | undefined; buscar: string | undefined; limit: number },
): Promise<ProductoRow[]> {
  let query = db.selectFrom('producto').selectAll();
  if (filter.before !== undefined) query = query.where('id', '<', filter.before);
  if (filter.buscar !== undefined) {
    const pattern = `%${filter.buscar.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
    const dialect = dialectOf(db);
    query = query.where((eb) =>
      eb.or([dialect.like(eb.ref('sku'), pattern), dialect.like(eb.ref('nombre'), pattern)]),
    );
  }
  return query.orderBy('id', 'desc').limit(filter.limit).execute();
}

/** One ledger row, and the stock that is its sum. */
export async function insertMovimiento(
  tx: Tx<LogisticaTables>,
  movimiento: Insertable<MovimientoTable>,
): Promise<void> {
  await tx.insertInto('movimiento_inventario').values(movimiento).execute();
  await tx
    .updateTable('producto')
    .set((eb) => ({ stock: eb('stock', '+', movimiento.cantidad), actualizado: movimiento.momento }))
    .where('id', '=', movimiento.producto_id)
    .execute();
}

export async function changeReserved(
  tx: Tx<LogisticaTables>,
  productoId: number,
  cantidad: number,
  now: number,
): Promise<void> {
  await tx
    .updateTable('producto')
    .set((eb) => ({ reservado: eb('reservado', '+', cantidad), actualizado: now }))
    .where('id', '=', productoId)
    .execute();
}

/** Units of a product that a user's open deliveries hold, from the index of open items alone. */
export async function sumReserved(db: Db, creadorId: number, productoId: number): Promise<number> {
  const { total } = await db
    .selectFrom('entrega_item')
    .select(sql<number>`coalesce(sum(cantidad), 0)`.as('total'))
    .where('creador_id', '=', creadorId)
    .where('producto_id', '=', productoId)
    .where('estado', '=', sql.lit('RESERVADO'))
    .executeTakeFirstOrThrow();
  return total;
}

export async function insertItem(
  tx: Tx<LogisticaTables>,
  item: Omit<EntregaItemTable, 'estado'>,
): Promise<void> {
  await tx
    .insertInto('entrega_item')
    .values({ ...item, estado: 'RESERVADO' })
    .execute();
}

type Item = Pick<Selectable<EntregaItemTable>, 'producto_id' | 'cantidad' | 'estado'>;

export const listItems = async (db: Db, entregaId: number): Promise<Item[]> =>
  (await selectItems(db, { entregaId })).rows;

const selectItems = prepared<LogisticaTables, { entregaId: number }, Item>((db, { entregaId }) =>
  db
    .selectFrom('entrega_item')
    .select(['producto_id', 'cantidad', 'estado'])
    .where('entrega_id', '=', entregaId)
    .orderBy('producto_id'),
);

type NamedItem = Item & Pick<Selectable<ProductoTable>, 'sku' | 'nombre'>;

/** What a delivery carries, with the products' names. */
export const listNamedItems = async (db: Db, entregaId: number): Promise<NamedItem[]> =>
  (await selectNamed(db, { entregaId })).rows;

const selectNamed = prepared<LogisticaTables, { entregaId: number }, NamedItem>((db, { entregaId }) =>
  namedItems(db).where('entrega_item.entrega_id', '=', entregaId),
);

/** What each of several deliveries carries; of those without anything there is none. */
export async function namedItemsOf(
  db: Db,
  entregaIds: readonly number[],
): Promise<Map<number, (NamedItem & { entrega_id: number })[]>> {
  const rows = await namedItems(db)
    .select('entrega_item.entrega_id')
    .where('entrega_item.entrega_id', 'in', entregaIds)
    .execute();
  return Map.groupBy(rows, ({ entrega_id }) => entrega_id);
}

const namedItems = (db: Db) =>
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
    .orderBy('entrega_item.producto_id');

export async function setItemsState(
  tx: Tx<LogisticaTables>,
  entregaId: number,
  estado: EntregaItemTable['estado'],
): Promise<void> {
  await tx
    .updateTable('entrega_item')
    .set({ estado })
    .where('entrega_id', '=', entregaId)
    .where('estado', '=', 'RESERVADO')
    .execute();
}

export async function listMovimientos(db: Db, productoId: number, limit: number) {
  return db
    .selectFrom('movimiento_inventario')
    .select(['id', 'cantidad', 'tipo', 'motivo', 'actor', 'entrega_id', 'momento'])
    .where('producto_id', '=', productoId)
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
}
