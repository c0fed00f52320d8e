import type { Kysely } from 'kysely';
import { sql } from 'kysely';

/** Who holds reserved stock, with an index that answers how much of a product. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table entrega_item add column creador_id integer`.execute(db);
  await sql`update entrega_item set creador_id = (select creador_id from entrega where id = entrega_id)
    where estado = 'RESERVADO'`.execute(db);
  await sql`create index item_por_creador on entrega_item (creador_id, producto_id, cantidad)
    where estado = 'RESERVADO'`.execute(db);
}
