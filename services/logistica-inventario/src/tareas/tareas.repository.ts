import type { Kysely, SelectQueryBuilder } from 'kysely';
import { sql } from 'kysely';
import type { Viewers } from '@medisupply/shared/contracts/visibilidad';
import { veTodasLasEntregas } from '@medisupply/shared/contracts/visibilidad';
import type { UserCaller } from '@medisupply/shared/http/caller';
import { callerName } from '@medisupply/shared/http/caller';
import { dialectOf } from '@medisupply/shared/db/dialect';
import type { Tx } from '@medisupply/shared/db/unit-of-work';
import { newestOf, razonesDe } from '../entregas/entregas.repository.ts';
import type { LogisticaTables } from '../tables.ts';
import type { TaskStatus } from '@medisupply/shared/contracts/vocabulary';

type Db = Kysely<LogisticaTables>;

/** Characters of a result that a list still shows: a page of reports would be megabytes. */
const LISTED_RESULT = 4_096;

export interface TareaFilter {
  /** Only what this user may see; undefined: everything. */
  viewer: UserCaller | undefined;
  before: number | undefined;
  estado: TaskStatus | undefined;
  tipo: string | undefined;
  limit: number;
}

/**
 * Newest first. For a viewer, each reason to see a task is read from an index of its own: what the user began in order
 * of the list, what belongs to deliveries that the user may see by way of those.
 */
export async function listTareas(db: Db, filter: TareaFilter) {
  const page = (query: SelectQueryBuilder<LogisticaTables, 'tarea', object>) => {
    let filtered = query.select('tarea.seq');
    if (filter.before !== undefined) filtered = filtered.where('tarea.seq', '<', filter.before);
    if (filter.estado !== undefined) filtered = filtered.where('tarea.estado', '=', filter.estado);
    if (filter.tipo !== undefined) filtered = filtered.where('tarea.tipo', '=', filter.tipo);
    return filtered.orderBy('tarea.seq', 'desc').limit(filter.limit);
  };
  const { viewer } = filter;
  const reasons =
    viewer === undefined
      ? [page(db.selectFrom('tarea'))]
      : [
          page(db.selectFrom('tarea').where('creada_por', '=', callerName(viewer))),
          ...(veTodasLasEntregas(viewer)
            ? [page(db.selectFrom('tarea').where('entrega_id', 'is not', null))]
            : razonesDe(viewer).map((razon) =>
                page(
                  // A cross join keeps the order of its tables: first the user's deliveries, then the tasks of each.
                  db
                    .selectFrom('entrega')
                    .crossJoin('tarea')
                    .where(razon)
                    .whereRef('tarea.entrega_id', '=', 'entrega.id'),
                ),
              )),
        ];
  const found = await Promise.all(reasons.map((query) => query.execute()));
  const newest = newestOf(
    found.flat().map((row) => row.seq),
    filter.limit,
  );
  if (newest.length === 0) return [];
  return db
    .selectFrom('tarea')
    .select((eb) => [
      'seq',
      'task_id',
      'tipo',
      'estado',
      'cola',
      'intento',
      'entrega_id',
      'creada_por',
      'creada',
      'terminada',
      sql<string | null>`case when length(resultado) <= ${LISTED_RESULT} then resultado end`.as('resultado'),
      dialectOf(db).jsonText(eb.ref('resultado'), 'worker').as('worker'),
    ])
    .where('seq', 'in', newest)
    .orderBy('seq', 'desc')
    .execute();
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
