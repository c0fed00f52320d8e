import type { Kysely } from 'kysely';
import { sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  const statements = [
    sql`create table actividad (
      id integer primary key autoincrement, task_id text not null unique, momento integer not null,
      tipo text not null, descripcion text, usuario_id integer, datos text
    ) strict`,
    sql`create index actividad_por_momento on actividad (momento)`,
    sql`create table medicion (
      id integer primary key autoincrement, task_id text not null unique, momento integer not null
    ) strict`,
    sql`create index medicion_por_momento on medicion (momento)`,
    // One series is one range of the primary key.
    sql`create table metrica (
      nombre text not null, medicion_id integer not null references medicion (id) on delete cascade,
      valor real not null, primary key (nombre, medicion_id)
    ) strict, without rowid`,
    sql`create index metrica_por_medicion on metrica (medicion_id)`,
  ];
  for (const statement of statements) await statement.execute(db);
}
