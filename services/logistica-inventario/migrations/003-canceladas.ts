import type { Kysely } from 'kysely';
import { sql } from 'kysely';

/** Releases what cancelled deliveries still hold: they could be created as CANCELADA, and then nothing released it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const held = sql`from entrega_item i join entrega e on e.id = i.entrega_id
    where i.estado = 'RESERVADO' and e.estado = 'CANCELADA'`;
  await sql`update producto set actualizado = ${Date.now()},
      reservado = reservado - (select sum(i.cantidad) ${held} and i.producto_id = producto.id)
    where id in (select i.producto_id ${held})`.execute(db);
  await sql`update entrega_item set estado = 'LIBERADO'
    where estado = 'RESERVADO' and entrega_id in (select id from entrega where estado = 'CANCELADA')`.execute(
    db,
  );
}
