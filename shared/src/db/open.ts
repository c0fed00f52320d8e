import type { DatabaseConfig } from './database-environment.ts';
import { addressOf } from './database-environment.ts';
import type { OpenDatabase, Owned } from './open-database.ts';
import { openSqliteOf } from './sqlite/open-sqlite.ts';

/**
 * Migrates and opens an owner's database: the SQLite file of the data folder, or its schema where an address is given.
 * @throws Error naming what is wrong with it and the remedy
 */
export async function openDatabase<DB>(config: DatabaseConfig, owned: Owned): Promise<OpenDatabase<DB>> {
  const address = addressOf(config, owned.owner);
  if (address === undefined) return openSqliteOf<DB>(config.DATA_DIR, owned);
  // Its driver would stay in the memory of those who have no use for it.
  const { openPostgres } = await import('./postgres/open-postgres.ts');
  return openPostgres<DB>(config, address, owned);
}
