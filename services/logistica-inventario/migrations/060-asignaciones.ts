import type { Kysely } from 'kysely';
import { sql } from 'kysely';

/** Claiming and giving back a delivery is a row of its history; whoever sees every delivery lists their tasks in order. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table entrega_historial add column cambio text`.execute(db);
  await sql`create index tarea_con_entrega on tarea (seq) where entrega_id is not null`.execute(db);
}
