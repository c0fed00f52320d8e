import type { Kysely } from 'kysely';
import { sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  const statements = [
    sql`create table usuario (
      id integer primary key autoincrement, nombre text not null, nombre_clave text not null unique,
      contrasena_hash text not null, roles text not null, activo integer not null, token_version integer not null,
      creado integer not null, actualizado integer not null, revocado integer
    ) strict`,
    sql`create index usuario_por_revocado on usuario (revocado) where revocado is not null`,
    sql`create table sesion (
      id text primary key, usuario_id integer not null references usuario (id), creada integer not null,
      expira integer not null, cerrada integer
    ) strict, without rowid`,
    sql`create index sesion_por_usuario on sesion (usuario_id)`,
    sql`create index sesion_por_expira on sesion (expira)`,
    sql`create table refresh_token (
      hash text primary key, sesion_id text not null references sesion (id) on delete cascade,
      expira integer not null, usado integer
    ) strict, without rowid`,
    sql`create index refresh_token_por_sesion on refresh_token (sesion_id)`,
  ];
  for (const statement of statements) await statement.execute(db);
}
