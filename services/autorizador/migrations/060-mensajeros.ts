import type { Kysely } from 'kysely';
import { sql } from 'kysely';

/** Every user could confirm what was not assigned to anybody; now a courier claims it first. Who could, still can. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{
    id: number;
    roles: string;
  }>`select id, roles from usuario where activo = 1`.execute(db);
  for (const { id, roles } of rows) {
    const has = JSON.parse(roles) as string[];
    if (!has.includes('usuario') || has.includes('Mensajero')) continue;
    await sql`update usuario set roles = ${JSON.stringify([...has, 'Mensajero'])} where id = ${id}`.execute(
      db,
    );
  }
}
