import type { Kysely } from 'kysely';
import { sql } from 'kysely';

/** Creates the tables of `tables.ts`; a service's first migration calls it. */
export async function createOutboxTables(db: Kysely<unknown>): Promise<void> {
  const statements = [
    sql`create table tarea (
      seq integer primary key autoincrement, task_id text not null unique, tipo text not null, cola text not null,
      estado text not null,
      intento integer not null, intento_base integer not null default 0, creada_por text not null,
      entrega_id integer, params text not null, progreso real, resultado text, error text,
      creada integer not null, iniciada integer, terminada integer, actualizada integer not null
    ) strict`,
    sql`create index tarea_por_estado on tarea (estado, seq)`,
    sql`create index tarea_por_tipo on tarea (tipo, seq)`,
    sql`create index tarea_por_creador on tarea (creada_por, seq)`,
    sql`create index tarea_por_entrega on tarea (entrega_id, seq) where entrega_id is not null`,
    sql`create table outbox (
      seq integer primary key autoincrement, task_id text not null, intento integer not null,
      gen integer not null default 0, reenvios integer not null default 0, cola text not null, nombre text not null,
      payload text not null, estado text not null default 'PENDIENTE', disponible integer not null,
      claim_until integer not null default 0, enviado integer, revisar integer not null default 0,
      revisiones integer not null default 0, error text, request_id text, traceparent text,
      unique (task_id, intento)
    ) strict`,
    sql`create index outbox_pendiente on outbox (disponible) where estado = 'PENDIENTE'`,
    sql`create index outbox_enviado on outbox (revisar) where estado = 'ENVIADO'`,
    sql`create table tarea_procesada (task_id text primary key, procesada integer not null) strict, without rowid`,
    sql`create index tarea_procesada_por_tiempo on tarea_procesada (procesada)`,
    sql`create table evento (
      id integer primary key autoincrement, momento integer not null, tipo text not null,
      task_id text, entrega_id integer, datos text
    ) strict`,
    sql`create index evento_por_tarea on evento (task_id, id) where task_id is not null`,
    sql`create table cuarentena (
      id integer primary key autoincrement, momento integer not null, cola text not null,
      job_id text not null, nombre text not null, motivo text not null
    ) strict`,
  ];
  for (const statement of statements) await statement.execute(db);
}

/** With whom a task's delivery is shared, so that each reason to see tasks has them in order. */
export async function addTaskViewers(db: Kysely<unknown>): Promise<void> {
  for (const column of ['creador_id', 'asignada_a', 'confirmada_por'])
    await db.schema.alterTable('tarea').addColumn(column, 'integer').execute();
}
