import type { Kysely } from 'kysely';
import { sql } from 'kysely';

/** Every user could confirm what was not assigned to anybody; now a courier claims it first. Who could, still can. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`update usuario set roles = json_insert(roles, '$[#]', 'Mensajero')
    where activo = 1 and exists (select 1 from json_each(roles) where value = 'usuario')
      and not exists (select 1 from json_each(roles) where value = 'Mensajero')`.execute(db);
}
