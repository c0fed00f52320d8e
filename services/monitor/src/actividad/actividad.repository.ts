import type { Insertable, Kysely, Selectable } from 'kysely';
import type { Tx } from '@medisupply/shared/db/unit-of-work';
import type { ActividadTable, MonitorTables } from '../tables.ts';

/** @returns false when the task had stored its row before */
export async function insertActividad(
  tx: Tx<MonitorTables>,
  row: Insertable<ActividadTable>,
): Promise<boolean> {
  const inserted = await tx
    .insertInto('actividad')
    .values(row)
    .onConflict((conflict) => conflict.column('task_id').doNothing())
    .executeTakeFirst();
  return inserted.numInsertedOrUpdatedRows === 1n;
}

/** Newest first. */
export async function listActividad(
  db: Kysely<MonitorTables>,
  filter: { before: number | undefined; tipo: string | undefined; limit: number },
): Promise<Selectable<ActividadTable>[]> {
  let query = db.selectFrom('actividad').selectAll();
  if (filter.before !== undefined) query = query.where('id', '<', filter.before);
  if (filter.tipo !== undefined) query = query.where('tipo', '=', filter.tipo);
  return query.orderBy('id', 'desc').limit(filter.limit).execute();
}

/**
 * Removes what is older than `before` and all but the newest `keep` rows, at most `batch` of each. @returns rows removed
 */
export async function removeOldActividad(
  tx: Tx<MonitorTables>,
  limits: { before: number; keep: number; batch: number },
): Promise<number> {
  const byAge = await tx
    .deleteFrom('actividad')
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('actividad')
        .select('id')
        .where('momento', '<', limits.before)
        .orderBy('momento')
        .limit(limits.batch),
    )
    .executeTakeFirst();
  // Ids grow by one: the distance to the newest is the number of rows.
  const byCount = await tx
    .deleteFrom('actividad')
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('actividad')
        .select('id')
        .where('id', '<=', (sub) =>
          sub.selectFrom('actividad').select((max) => max(max.fn.max('id'), '-', limits.keep).as('limite')),
        )
        .orderBy('id')
        .limit(limits.batch),
    )
    .executeTakeFirst();
  return Number(byAge.numDeletedRows + byCount.numDeletedRows);
}
