import type { Insertable, Kysely, Selectable } from 'kysely';
import type { Tx } from '@medisupply/shared';
import type { SaludoTable, ServicioPlantillaTables } from '../tables.ts';

type Db = Kysely<ServicioPlantillaTables>;
type SaludoRow = Selectable<SaludoTable>;

/** The row of that task, made now or on an earlier run. */
export async function insertSaludo(
  tx: Tx<ServicioPlantillaTables>,
  row: Insertable<SaludoTable>,
): Promise<SaludoRow> {
  await tx
    .insertInto('saludo')
    .values(row)
    .onConflict((conflict) => conflict.column('task_id').doNothing())
    .execute();
  return tx.selectFrom('saludo').selectAll().where('task_id', '=', row.task_id).executeTakeFirstOrThrow();
}

/** Newest first. */
export async function listSaludos(
  db: Db,
  page: { before: number | undefined; limit: number },
): Promise<SaludoRow[]> {
  let query = db.selectFrom('saludo').selectAll();
  if (page.before !== undefined) query = query.where('id', '<', page.before);
  return query.orderBy('id', 'desc').limit(page.limit).execute();
}
