import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import { createOutboxTables } from '@medisupply/shared/queueing/store/migration';

export async function up(db: Kysely<unknown>): Promise<void> {
  await createOutboxTables(db);
  const statements = [
    sql`create table entrega (
      id integer primary key autoincrement, direccion text not null, pedido_id text not null, estado text not null,
      asignada_a integer, creada_por text not null, creador_id integer, confirmada_por integer,
      nombre_recibe text, firma_recibe text, firma text, fecha_entrega integer,
      creada integer not null, actualizada integer not null
    ) strict`,
    sql`create index entrega_por_creador on entrega (creador_id, id)`,
    sql`create index entrega_por_asignada on entrega (asignada_a, id) where asignada_a is not null`,
    sql`create index entrega_por_confirmada on entrega (confirmada_por, id) where confirmada_por is not null`,
    sql`create index entrega_abierta on entrega (id) where asignada_a is null and confirmada_por is null`,
    sql`create index entrega_por_estado on entrega (estado, id)`,
    sql`create index entrega_por_pedido on entrega (pedido_id, id)`,
    sql`create table entrega_historial (
      id integer primary key autoincrement, entrega_id integer not null references entrega (id), estado text not null,
      anterior text, momento integer not null, actor text not null, task_id text
    ) strict`,
    sql`create index historial_por_entrega on entrega_historial (entrega_id, id)`,
    sql`create table confirmacion (
      task_id text primary key, entrega_id integer not null references entrega (id), usuario_id integer not null,
      jti text unique, req_hash text not null, direccion text not null, nombre_recibe text not null,
      firma_recibe text not null, firma text not null, verificada text not null, estado text not null,
      estado_anterior text not null, respuesta text not null, creada integer not null, terminada integer
    ) strict, without rowid`,
    sql`create unique index confirmacion_viva on confirmacion (entrega_id)
      where estado in ('ACEPTADA', 'APLICADA', 'MUERTA')`,
    sql`create index confirmacion_repetida on confirmacion (entrega_id, usuario_id, req_hash)`,
    sql`create table idempotencia (
      clave text primary key, huella text not null, status integer not null, respuesta text not null,
      creada integer not null
    ) strict, without rowid`,
    sql`create index idempotencia_por_tiempo on idempotencia (creada)`,
  ];
  for (const statement of statements) await statement.execute(db);
}
