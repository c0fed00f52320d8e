import type { DeleteResult } from 'kysely';
import type { OpenDatabase } from '../../db/open-database.ts';
import type { Tx, UnitOfWork } from '../../db/unit-of-work.ts';
import type { OutboxTables } from './tables.ts';

const DAY = 24 * 3_600_000;
/** A second delivery of a job is recognised for this long (ms). */
const PROCESSED_RETENTION = 90 * DAY;
const SCHEDULED_RETENTION = 7 * DAY;
const QUARANTINE_RETENTION = 90 * DAY;
const BATCH = 500;

/** Removes what nothing needs any more. Deliveries and their tasks are kept. */
export async function removeExpired(database: OpenDatabase<OutboxTables>, now: number): Promise<void> {
  const { unitOfWork } = database;
  await removeInBatches(unitOfWork, async (tx, limit) => {
    const expired = await tx
      .selectFrom('tarea')
      .select('task_id')
      .where('creada_por', '=', 'programada')
      .where('terminada', '<', now - SCHEDULED_RETENTION)
      .limit(limit)
      .execute();
    return removeTasks(
      tx,
      expired.map((row) => row.task_id),
    );
  });
  await removeInBatches(unitOfWork, (tx, limit) => {
    const expired = tx
      .selectFrom('tarea_procesada')
      .select('task_id')
      .where('procesada', '<', now - PROCESSED_RETENTION)
      .limit(limit);
    return tx.deleteFrom('tarea_procesada').where('task_id', 'in', expired).executeTakeFirst();
  });
  await removeInBatches(unitOfWork, (tx, limit) => {
    const expired = tx
      .selectFrom('cuarentena')
      .select('id')
      .where('momento', '<', now - QUARANTINE_RETENTION)
      .limit(limit);
    return tx.deleteFrom('cuarentena').where('id', 'in', expired).executeTakeFirst();
  });
}

/** Tasks and their events. */
export async function removeTasks(tx: Tx<OutboxTables>, taskIds: readonly string[]): Promise<DeleteResult> {
  await tx.deleteFrom('evento').where('task_id', 'in', taskIds).execute();
  return tx.deleteFrom('tarea').where('task_id', 'in', taskIds).executeTakeFirst();
}

/** Repeats a removal of at most `limit` rows until nothing is left of them, each time in a write of its own. */
export async function removeInBatches<DB>(
  unitOfWork: UnitOfWork<DB>,
  remove: (tx: Tx<DB>, limit: number) => Promise<DeleteResult>,
  limit = BATCH,
): Promise<void> {
  let removed: DeleteResult;
  do removed = await unitOfWork.write((tx) => remove(tx, limit));
  while (removed.numDeletedRows === BigInt(limit));
}
