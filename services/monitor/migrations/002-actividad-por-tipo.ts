import type { Kysely } from 'kysely';
import { sql } from 'kysely';

/** A rare kind of activity is found without reading all the others. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index actividad_por_tipo on actividad (tipo, id)`.execute(db);
}
