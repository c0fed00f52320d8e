import { IDEMPOTENCY_RETENTION } from '@medisupply/shared/db/idempotency';
import type { OpenDatabase } from '@medisupply/shared/db/open-database';
import { removeInBatches, removeTasks } from '@medisupply/shared/queueing/store/retention';
import { listUnsigned } from './entregas/fotos.repository.ts';
import type { LogisticaTables } from './tables.ts';

/** What is left of refused signatures: who tried, on which delivery (ms). */
const REFUSED_RETENTION = 90 * 24 * 3_600_000;

/** Links that are good no more, so that whoever made them still sees how often they were looked at (ms). */
const ENLACE_RETENTION = 90 * 24 * 3_600_000;

/** A photo that no confirmation signed; a signed one stays with its delivery (ms). */
const UNSIGNED_FOTO_RETENTION = 7 * 24 * 3_600_000;
/** Each is as large as a thousand other rows. */
const FOTOS_PER_WRITE = 10;

/** Removes stored answers, photos that were never signed, and what is left of refused signatures and of links, in small writes. */
export async function removeExpired(
  { unitOfWork }: OpenDatabase<LogisticaTables>,
  now: number,
): Promise<void> {
  const refused = now - REFUSED_RETENTION;
  await removeInBatches(unitOfWork, (tx, limit) => {
    const expired = tx
      .selectFrom('idempotencia')
      .select('clave')
      .where('creada', '<', now - IDEMPOTENCY_RETENTION)
      .limit(limit);
    return tx.deleteFrom('idempotencia').where('clave', 'in', expired).executeTakeFirst();
  });
  await removeInBatches(unitOfWork, (tx, limit) => {
    const expired = tx
      .selectFrom('evento')
      .select('id')
      .where('tipo', '=', 'firma_rechazada')
      .where('momento', '<', refused)
      .limit(limit);
    return tx.deleteFrom('evento').where('id', 'in', expired).executeTakeFirst();
  });
  await removeInBatches(unitOfWork, (tx, limit) => {
    const expired = tx
      .selectFrom('entrega_enlace')
      .select('id')
      .where('vence', '<', now - ENLACE_RETENTION)
      .limit(limit);
    return tx.deleteFrom('entrega_enlace').where('id', 'in', expired).executeTakeFirst();
  });
  await removeInBatches(
    unitOfWork,
    async (tx, limit) => {
      const unsigned = await listUnsigned(tx, { before: now - UNSIGNED_FOTO_RETENTION, limit });
      return tx.deleteFrom('entrega_foto').where('id', 'in', unsigned).executeTakeFirst();
    },
    FOTOS_PER_WRITE,
  );
  await removeInBatches(unitOfWork, async (tx, limit) => {
    // By the task's state, which has an index and few rows.
    const rows = await tx
      .selectFrom('tarea')
      .innerJoin('confirmacion', 'confirmacion.task_id', 'tarea.task_id')
      .select('tarea.task_id')
      .where('tarea.estado', '=', 'FAILURE')
      .where('confirmacion.estado', '=', 'RECHAZADA')
      .where('confirmacion.terminada', '<', refused)
      .limit(limit)
      .execute();
    const taskIds = rows.map((row) => row.task_id);
    await tx.deleteFrom('confirmacion').where('task_id', 'in', taskIds).execute();
    return removeTasks(tx, taskIds);
  });
}
