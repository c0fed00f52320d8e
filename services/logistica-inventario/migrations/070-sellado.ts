import type { Kysely } from 'kysely';
import { sql } from 'kysely';

/** How far the tables have been sealed whose rows have plain hashes and signatures in clear; empty when all are. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table sellado (tabla text primary key, ultima any, vistas integer not null) strict`.execute(
    db,
  );
  for (const tabla of ['confirmacion', 'entrega', 'idempotencia']) {
    await sql`insert into sellado (tabla, vistas) select ${tabla}, 0
      where exists (select 1 from ${sql.table(tabla)})`.execute(db);
  }
}
