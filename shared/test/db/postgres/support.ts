import type { Migrations } from '../../../src/db/migrations.ts';
import type { OpenDatabase } from '../../../src/db/open-database.ts';
import { openDatabase } from '../../../src/db/open.ts';
import type { PostgresServer } from '../../../src/testing/postgres-server.ts';

/** A folder where no SQLite file is. */
export const NO_FOLDER = '/nonexistent';

export const open = <DB>(
  server: PostgresServer,
  name: string,
  migrations: Migrations,
  pool = 10,
): Promise<OpenDatabase<DB>> =>
  openDatabase<DB>(
    { DATA_DIR: NO_FOLDER, DATABASE_POOL: pool, DATABASE_URL: server.urlOf(name) },
    { owner: 'prueba', migrations },
  );
