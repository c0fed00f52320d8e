import type { Kysely } from 'kysely';
import { sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  const statements = [
    // The checks are the last line of defence: no code path can sell what is not there.
    sql`create table producto (
      id integer primary key autoincrement, sku text not null unique, nombre text not null,
      stock integer not null check (stock >= 0), reservado integer not null default 0 check (reservado between 0 and stock),
      minimo integer not null default 0, creado integer not null, actualizado integer not null
    ) strict`,
    sql`create table movimiento_inventario (
      id integer primary key autoincrement, producto_id integer not null references producto (id),
      cantidad integer not null, tipo text not null, motivo text not null, actor text not null,
      entrega_id integer, task_id text, momento integer not null
    ) strict`,
    sql`create index movimiento_por_producto on movimiento_inventario (producto_id, id)`,
    sql`create index movimiento_por_tiempo on movimiento_inventario (momento)`,
    // A delivery debits each of its products once, whatever runs twice.
    sql`create unique index movimiento_salida on movimiento_inventario (entrega_id, producto_id) where tipo = 'SALIDA'`,
    sql`create table entrega_item (
      entrega_id integer not null references entrega (id), producto_id integer not null references producto (id),
      cantidad integer not null check (cantidad > 0), estado text not null,
      primary key (entrega_id, producto_id)
    ) strict, without rowid`,
    sql`create index item_por_producto on entrega_item (producto_id, entrega_id) where estado = 'RESERVADO'`,
    sql`alter table confirmacion add column recibida integer not null default 0`,
    sql`create index entrega_por_creada on entrega (creada, estado)`,
    sql`create index confirmacion_por_creada on confirmacion (creada)`,
    sql`create index evento_firma_rechazada on evento (momento) where tipo = 'firma_rechazada'`,
  ];
  for (const statement of statements) await statement.execute(db);
}
