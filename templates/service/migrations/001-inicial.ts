import type { Kysely } from 'kysely';
import { sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table saludo (
    id integer primary key autoincrement, task_id text not null unique, nombre text not null,
    texto text not null, creado integer not null
  ) strict`.execute(db);
}
