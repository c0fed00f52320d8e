import type { Logger } from '@medisupply/shared/logging/logger';
import type { AutorizadorDatabase } from '../database.ts';
import { deleteExpiredSesiones } from './sesiones.repository.ts';

const BATCH = 200;

/** Deletes the sessions that ended by themselves, in small writes. Never throws: the next round repeats it. */
export async function purgeSesiones(db: AutorizadorDatabase, ahora: number, logger: Logger): Promise<number> {
  let total = 0;
  try {
    for (;;) {
      const deleted = await db.unitOfWork.write((tx) => deleteExpiredSesiones(tx, ahora, BATCH));
      total += deleted;
      if (deleted < BATCH) return total;
    }
  } catch (error) {
    logger.warn({ err: error }, 'no se pudieron borrar las sesiones vencidas');
    return total;
  }
}
