import type { Expression, Kysely, SqlBool } from 'kysely';
import { expressionBuilder, sql } from 'kysely';
import type { Razon, Viewers } from '@medisupply/shared/contracts/visibilidad';
import { razonesPara, veTodasLasEntregas } from '@medisupply/shared/contracts/visibilidad';
import type { UserCaller } from '@medisupply/shared/http/caller';
import { callerName } from '@medisupply/shared/http/caller';
import { dialectOf } from '@medisupply/shared/db/dialect';
import type { Tx } from '@medisupply/shared/db/unit-of-work';
import { procesarEntrega } from '@medisupply/shared/tasks/logistica';
import { newestOf, walked } from '../entregas/entregas.repository.ts';
import type { LogisticaTables } from '../tables.ts';
import type { TaskStatus } from '@medisupply/shared/contracts/vocabulary';

type Db = Kysely<LogisticaTables>;

/** Characters of a result that a list still shows: a page of reports would be megabytes. */
const LISTED_RESULT = 4_096;

type Condition = Expression<SqlBool>;

export interface TareaFilter {
  /** Only what this user may see; undefined: everything. */
  viewer: UserCaller | undefined;
  before: number | undefined;
  estado: TaskStatus | undefined;
  tipo: string | undefined;
  limit: number;
}

/** The only kind that deliveries have tasks of. */
const DE_ENTREGA = sql.lit(procesarEntrega.name);

/**
 * Newest first. Each reason to see a task is read in order from an index of its own, so that the work is bounded by the
 * page and not by how many tasks there are.
 */
export async function listTareas(db: Db, filter: TareaFilter) {
  const { viewer, before, estado, tipo, limit } = filter;
  const eb = expressionBuilder<LogisticaTables, 'tarea'>();
  const ofTipo: Condition[] = tipo === undefined ? [] : [eb('tipo', '=', tipo)];
  const ofEstado: Condition[] = estado === undefined ? [] : [eb('estado', '=', estado)];
  const isOfDeliveries = tipo === undefined || tipo === procesarEntrega.name;

  const begun = isOfDeliveries
    ? [...(tipo === undefined ? [] : [eb(walked('tipo'), '=', tipo)]), ...ofEstado]
    : [
        ...ofTipo,
        eb('tipo', '<>', DE_ENTREGA),
        ...(estado === undefined ? [] : [eb(walked('estado'), '=', estado)]),
      ];
  const reasonsOf = (user: UserCaller): Condition[][] => {
    const shared = veTodasLasEntregas(user)
      ? [[eb('tipo', '=', DE_ENTREGA)]]
      : razonesPara(user).map((razon) => ajena(razon, user));
    return [
      [eb('creada_por', '=', callerName(user)), ...begun],
      ...(isOfDeliveries ? shared.map((reason) => [...reason, ...ofEstado]) : []),
    ];
  };
  const found = await Promise.all(
    (viewer === undefined ? [[...ofTipo, ...ofEstado]] : reasonsOf(viewer)).map((conditions) => {
      let page = db.selectFrom('tarea').select('seq').orderBy('seq', 'desc').limit(limit);
      if (before !== undefined) page = page.where('seq', '<', before);
      for (const condition of conditions) page = page.where(condition);
      return page.execute();
    }),
  );
  const newest = newestOf(
    found.flat().map((row) => row.seq),
    limit,
  );
  if (newest.length === 0) return [];
  return db
    .selectFrom('tarea')
    .select((row) => [
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
      dialectOf(db).jsonText(row.ref('resultado'), 'worker').as('worker'),
    ])
    .where('seq', 'in', newest)
    .orderBy('seq', 'desc')
    .execute();
}

/** A reason to see a task that the viewer did not begin. */
const ajena = ({ columnas }: Razon, { usuario_id }: UserCaller): Condition[] =>
  Object.entries(columnas).flatMap(([name, value]) => {
    const column = sql.ref(name);
    return value === null
      ? [sql<SqlBool>`${column} is null`, sql<SqlBool>`entrega_id is not null`]
      : [
          sql<SqlBool>`${column} = ${usuario_id}`,
          sql<SqlBool>`creada_por <> 'usuario:' || cast(${column} as text)`,
        ];
  });

/** Who sees a delivery has changed, and with that who sees its tasks. */
export async function shareTareas(tx: Tx<LogisticaTables>, entregaId: number): Promise<void> {
  await tx
    .updateTable('tarea')
    .from('entrega')
    .set((eb) => ({
      creador_id: eb.ref('entrega.creador_id'),
      asignada_a: eb.ref('entrega.asignada_a'),
      confirmada_por: eb.ref('entrega.confirmada_por'),
    }))
    .whereRef('tarea.entrega_id', '=', 'entrega.id')
    .where('entrega.id', '=', entregaId)
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
