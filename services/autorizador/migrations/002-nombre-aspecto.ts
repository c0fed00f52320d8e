import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import { lookOf } from '@medisupply/shared/contracts/look-alike';

/** What a name looks like becomes unique. Where two users look the same already, the one who came first has the look. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table usuario add column nombre_aspecto text`.execute(db);
  await sql`create unique index usuario_por_aspecto on usuario (nombre_aspecto)`.execute(db);
  const { rows } = await sql<{
    id: number;
    nombre: string;
  }>`select id, nombre from usuario order by id`.execute(db);
  for (const { id, nombre } of rows) {
    await sql`update or ignore usuario set nombre_aspecto = ${lookOf(nombre)} where id = ${id}`.execute(db);
  }
}
