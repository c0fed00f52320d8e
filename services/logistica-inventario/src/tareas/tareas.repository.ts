import type { Kysely } from 'kysely';
import type { Viewers } from '@medisupply/shared/contracts/visibilidad';
import type { TareaRow, TaskStatus } from '@medisupply/shared/queueing/store/tables';
import type { Tx } from '@medisupply/shared/db/unit-of-work';
import type { LogisticaTables } from '../tables.ts';

type Db = Kysely<LogisticaTables>;

export interface TareaFilter {
  before: number | undefined;
  estado: TaskStatus | undefined;
  tipo: string | undefined;
  limit: number;
}

type Summary = Pick<
  TareaRow,
  | 'seq'
  | 'task_id'
  | 'tipo'
  | 'estado'
  | 'cola'
  | 'intento'
  | 'entrega_id'
  | 'creada_por'
  | 'creada'
  | 'terminada'
>;

/** Newest first, with each task's viewers; a page of candidates that the caller still filters. */
export async function listTareas(
  db: Db,
  filter: TareaFilter,
): Promise<(Summary & { viewers: Viewers | null })[]> {
  let query = db
    .selectFrom('tarea')
    .leftJoin('entrega', 'entrega.id', 'tarea.entrega_id')
    .select([
      'tarea.seq',
      'tarea.task_id',
      'tarea.tipo',
      'tarea.estado',
      'tarea.cola',
      'tarea.intento',
      'tarea.entrega_id',
      'tarea.creada_por',
      'tarea.creada',
      'tarea.terminada',
      'entrega.id as viewed',
      'entrega.creador_id',
      'entrega.asignada_a',
      'entrega.confirmada_por',
    ]);
  if (filter.before !== undefined) query = query.where('tarea.seq', '<', filter.before);
  if (filter.estado !== undefined) query = query.where('tarea.estado', '=', filter.estado);
  if (filter.tipo !== undefined) query = query.where('tarea.tipo', '=', filter.tipo);
  const rows = await query.orderBy('tarea.seq', 'desc').limit(filter.limit).execute();
  return rows.map(({ viewed, creador_id, asignada_a, confirmada_por, ...summary }) => ({
    ...summary,
    viewers: viewed === null ? null : { creador_id, asignada_a, confirmada_por },
  }));
}

export async function findViewers(db: Db, entregaId: number): Promise<Viewers | undefined> {
  return db
    .selectFrom('entrega')
    .select(['creador_id', 'asignada_a', 'confirmada_por'])
    .where('id', '=', entregaId)
    .executeTakeFirst();
}

/** With whom each of the deliveries is shared, by id. */
export async function findViewersOf(db: Db, entregaIds: readonly number[]): Promise<Map<number, Viewers>> {
  const rows = await db
    .selectFrom('entrega')
    .select(['id', 'creador_id', 'asignada_a', 'confirmada_por'])
    .where('id', 'in', entregaIds)
    .execute();
  return new Map(rows.map(({ id, ...viewers }) => [id, viewers]));
}

/** The newest 500, in their order. */
export async function listTaskEvents(db: Db, taskId: string) {
  const newest = await db
    .selectFrom('evento')
    .select(['tipo', 'momento', 'datos'])
    .where('task_id', '=', taskId)
    .orderBy('id', 'desc')
    .limit(500)
    .execute();
  return newest.toReversed();
}

/** Lets an ended task run again: from here on its retries are counted anew. */
export async function reopenTask(
  tx: Tx<LogisticaTables>,
  taskId: string,
  intentoBase: number,
): Promise<void> {
  await tx.deleteFrom('tarea_procesada').where('task_id', '=', taskId).execute();
  await tx
    .updateTable('tarea')
    .set({ intento_base: intentoBase, error: null, resultado: null, progreso: null, terminada: null })
    .where('task_id', '=', taskId)
    .execute();
}
