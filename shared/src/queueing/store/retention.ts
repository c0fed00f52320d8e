import type { OpenDatabase } from '../../db/open-database.ts';
import type { OutboxTables } from './tables.ts';

const DAY = 24 * 3_600_000;
/** A second delivery of a job is recognised for this long (ms). */
export const PROCESSED_RETENTION = 90 * DAY;
const SCHEDULED_RETENTION = 7 * DAY;
const QUARANTINE_RETENTION = 90 * DAY;
const BATCH = 500;

/** Removes what nothing needs any more, in small writes. Deliveries and their tasks are kept. @returns rows removed */
export async function removeExpired(database: OpenDatabase<OutboxTables>, now: number): Promise<number> {
  const { unitOfWork } = database;
  let total = 0;
  const passes = [
    () =>
      unitOfWork.write(async (tx) => {
        const old = await tx
          .selectFrom('tarea')
          .select('task_id')
          .where('creada_por', '=', 'programada')
          .where('terminada', '<', now - SCHEDULED_RETENTION)
          .limit(BATCH)
          .execute();
        if (old.length === 0) return 0;
        const ids = old.map((row) => row.task_id);
        await tx.deleteFrom('evento').where('task_id', 'in', ids).execute();
        await tx.deleteFrom('tarea').where('task_id', 'in', ids).execute();
        return ids.length;
      }),
    () =>
      unitOfWork.write(async (tx) => {
        const { numDeletedRows } = await tx
          .deleteFrom('tarea_procesada')
          .where('task_id', 'in', (eb) =>
            eb
              .selectFrom('tarea_procesada')
              .select('task_id')
              .where('procesada', '<', now - PROCESSED_RETENTION)
              .limit(BATCH),
          )
          .executeTakeFirst();
        return Number(numDeletedRows);
      }),
    () =>
      unitOfWork.write(async (tx) => {
        const { numDeletedRows } = await tx
          .deleteFrom('cuarentena')
          .where('id', 'in', (eb) =>
            eb
              .selectFrom('cuarentena')
              .select('id')
              .where('momento', '<', now - QUARANTINE_RETENTION)
              .limit(BATCH),
          )
          .executeTakeFirst();
        return Number(numDeletedRows);
      }),
  ];
  for (const pass of passes) {
    let removed: number;
    do {
      removed = await pass();
      total += removed;
    } while (removed === BATCH);
  }
  return total;
}
