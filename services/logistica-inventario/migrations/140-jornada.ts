import type { Kysely } from 'kysely';
import { sql } from 'kysely';

/**
 * A courier's day: whom a delivery is for and the order of stops, what a signature may cover besides, failed attempts
 * and photos. One index is added for deliveries, of what a courier still has to deliver: a delivery is in none of it
 * without a courier, and leaves it when it is confirmed.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const statements = [
    sql`alter table entrega add column destinatario text`,
    sql`alter table entrega add column orden integer`,
    sql`alter table entrega add column capturado text`,
    sql`alter table entrega add column foto_sha256 text`,
    sql`alter table confirmacion add column capturado text`,
    sql`alter table confirmacion add column foto_sha256 text`,
    sql`alter table entrega_historial add column motivo text`,
    sql`alter table entrega_historial add column detalle text`,
    sql`alter table entrega_historial add column capturado text`,
    sql`create index entrega_por_parada on entrega (asignada_a, orden, id)
      where asignada_a is not null and confirmada_por is null and estado <> 'CANCELADA'`,
    // What is large comes last: whoever looks for photos reads none.
    sql`create table entrega_foto (
      id integer primary key autoincrement, entrega_id integer not null references entrega (id), sha256 text not null,
      tamano integer not null, usuario_id integer not null, subida integer not null,
      firmada integer not null default 0, kid text not null, datos text not null
    ) strict`,
    sql`create unique index foto_por_entrega on entrega_foto (entrega_id, sha256)`,
    sql`create index foto_sin_firmar on entrega_foto (subida) where firmada = 0`,
  ];
  for (const statement of statements) await statement.execute(db);
}
