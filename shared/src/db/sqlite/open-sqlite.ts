import { dirname } from 'node:path';
import type { OpenDatabase, Owned } from '../open-database.ts';
import { kyselyOver, openHandle } from './connection.ts';
import { databaseFile, stateOfDatabase } from './database-file.ts';
import { migrate } from './migrate.ts';
import { SqliteUnitOfWork } from './unit-of-work.ts';

/** Migrates and opens the file of an owner. */
export async function openSqliteOf<DB>(
  dataDir: string,
  { owner, migrations }: Owned,
): Promise<OpenDatabase<DB>> {
  const file = databaseFile(dataDir, owner);
  await migrate(file, migrations);
  return openSqlite<DB>(file);
}

/**
 * Opens a migrated SQLite file: a connection that writes (through `write` only) and another that reads, WAL and
 * `synchronous=FULL` asserted by reading them back.
 * @throws Error on a file system that is shared between hosts, or on an SQLite that is too old
 */
export function openSqlite<DB>(file: string): OpenDatabase<DB> {
  const writing = openHandle(file);
  // The unit of work waits for the write lock by itself, and lets the event loop turn meanwhile.
  writing.pragma('busy_timeout = 0');
  const reading = openHandle(file);
  reading.pragma('query_only = ON');
  const read = kyselyOver<DB>(reading);
  const unitOfWork = new SqliteUnitOfWork<DB>(writing, kyselyOver<DB>(writing));
  return {
    unitOfWork,
    read,
    name: file,
    folder: dirname(file),
    state: () => Promise.resolve(stateOfDatabase(file)),
    // Whoever writes holds the lock from its first row to its commit: ids are in the order of commits.
    settledId: () => Promise.resolve(Number.MAX_SAFE_INTEGER),
    async close() {
      await unitOfWork.close();
      await read.destroy();
    },
  };
}
