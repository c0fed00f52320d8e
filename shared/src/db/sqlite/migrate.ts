import { DatabaseBusy } from '../database-busy.ts';
import type { Migrations } from '../migrations.ts';
import { bringUpToDate } from '../migrations.ts';
import { whileBusy } from '../while-busy.ts';
import { isBusy } from './is-busy.ts';
import { kyselyOver, openHandle } from './connection.ts';

/** How long SQLite itself waits for another process, with the event loop standing still (ms). */
const LOCK_WAIT = 1_000;

/**
 * Brings a SQLite file to this program's schema; processes that start together take turns. Where nothing is to be done
 * it only reads; otherwise it waits for as long as another process works on the file.
 * @throws Error naming the file when a migration fails or when the schema is newer than the program
 */
export const migrate = (file: string, migrations: Migrations): Promise<void> =>
  whileBusy(file, async () => {
    try {
      await tryToMigrate(file, migrations);
    } catch (error) {
      // A file that somebody keeps for themselves cannot even be opened.
      if (isBusy(error) && error instanceof Error) throw new DatabaseBusy(error.message, error);
      throw error;
    }
  });

async function tryToMigrate(file: string, migrations: Migrations): Promise<void> {
  const handle = openHandle(file, LOCK_WAIT);
  handle.pragma(`busy_timeout = ${LOCK_WAIT}`);
  const db = kyselyOver<unknown>(handle);
  try {
    await bringUpToDate(db, migrations, { name: file, otherwise: 'use otra DATA_DIR' });
  } finally {
    await db.destroy();
  }
}
