import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import { addTaskViewers } from '@medisupply/shared/queueing/store/migration';

/**
 * What each list shows is read in its order, whoever asks and whatever for. A task keeps with whom its delivery is
 * shared; an index of a reason leaves out what the viewer began.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await addTaskViewers(db);
  await sql`update tarea set (creador_id, asignada_a, confirmada_por) =
      (select creador_id, asignada_a, confirmada_por from entrega where entrega.id = tarea.entrega_id)
    where entrega_id is not null`.execute(db);
  const others = (column: string) =>
    sql`${sql.ref(column)} is not null and creada_por <> 'usuario:' || cast(${sql.ref(column)} as text)`;
  const open = sql`entrega_id is not null and asignada_a is null and confirmada_por is null`;
  const statements = [
    sql`create index tarea_ajena_por_creador on tarea (creador_id, seq) where ${others('creador_id')}`,
    sql`create index tarea_ajena_por_asignada on tarea (asignada_a, seq) where ${others('asignada_a')}`,
    sql`create index tarea_ajena_por_confirmada on tarea (confirmada_por, seq) where ${others('confirmada_por')}`,
    sql`create index tarea_de_abierta on tarea (seq) where ${open}`,
    sql`create index tarea_de_abierta_por_estado on tarea (estado, seq) where ${open}`,
    sql`create index tarea_por_tipo_y_estado on tarea (tipo, estado, seq)`,
    sql`create index tarea_por_creador_y_estado on tarea (creada_por, estado, seq)`,
    sql`create index tarea_ajena_por_creador_y_estado on tarea (creador_id, estado, seq) where ${others('creador_id')}`,
    sql`create index tarea_ajena_por_asignada_y_estado on tarea (asignada_a, estado, seq) where ${others('asignada_a')}`,
    // The tasks of deliveries are those of one kind.
    sql`drop index tarea_con_entrega`,
    sql`create index tarea_sin_entrega_propia on tarea (creada_por, tipo, seq)
      where tipo <> 'logistica.procesar_entrega'`,
    sql`create index entrega_por_creador_y_estado on entrega (creador_id, estado, id)`,
    sql`create index entrega_por_asignada_y_estado on entrega (asignada_a, estado, id) where asignada_a is not null`,
    sql`create index entrega_por_confirmada_y_estado on entrega (confirmada_por, estado, id)
      where confirmada_por is not null`,
    sql`create index entrega_abierta_por_estado on entrega (estado, id)
      where asignada_a is null and confirmada_por is null`,
  ];
  for (const statement of statements) await statement.execute(db);
}
