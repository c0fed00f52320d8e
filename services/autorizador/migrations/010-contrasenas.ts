import type { Kysely } from 'kysely';
import { sql } from 'kysely';

/** Passwords that an Admin gave, and accounts that wait for an Admin. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table usuario add column contrasena_temporal integer`.execute(db);
  await sql`alter table usuario add column pendiente integer not null default 0`.execute(db);
}
