import type { Kysely } from 'kysely';
import { sql } from 'kysely';

/** Links that customers look at a delivery with. Their token is kept as a hash. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const statements = [
    sql`create table entrega_enlace (
      id integer primary key autoincrement, entrega_id integer not null references entrega (id),
      token_hash text not null unique, palabra_hash text, intentos integer not null default 0,
      creado integer not null, creado_por text not null, vence integer not null, revocado integer,
      vistas integer not null default 0, ultima_vista integer
    ) strict`,
    sql`create index enlace_por_entrega on entrega_enlace (entrega_id, id)`,
    sql`create index enlace_por_vencimiento on entrega_enlace (vence)`,
  ];
  for (const statement of statements) await statement.execute(db);
}
