import { readdir } from 'node:fs/promises';
import * as path from 'node:path';
import { FileMigrationProvider } from 'kysely/migration';
import type { DatabaseConfig } from '@medisupply/shared/db/database-environment';
import { givenAddress, readDatabaseConfig } from '@medisupply/shared/db/database-environment';
import type { Migrations } from '@medisupply/shared/db/migrations';
import { beginMove, moveDatabase } from '@medisupply/shared/db/move/move-database';
import { markFinished, MOVE_TABLE } from '@medisupply/shared/db/move/unfinished-move';
import type { Opening, WholeDatabase } from '@medisupply/shared/db/move/whole-database';
import { openWholePostgres } from '@medisupply/shared/db/postgres/whole-postgres';
import { openWholeSqlite, retireSqlite } from '@medisupply/shared/db/sqlite/whole-sqlite';
import type { ListedService } from '@medisupply/shared/services';
import { SERVICES } from '@medisupply/shared/services';
import { UserError } from '../terminal/user-error.ts';

export interface Direction {
  /** Of PostgreSQL. */
  url: string;
  into: 'sqlite' | 'postgres';
}

interface Owner {
  name: string;
  migrations: Migrations;
  from: WholeDatabase | undefined;
  to: WholeDatabase;
}

/**
 * Moves the databases of all services. None counts as moved before all of them are: until then the platform starts with what was
 * there before.
 * @throws Error naming what stands in the way
 */
export async function moveOwners(
  dataDir: string,
  { url, into }: Direction,
  tell: (line: string) => void,
): Promise<void> {
  await using opened = new AsyncDisposableStack();
  const open = async (database: WholeDatabase | undefined | Promise<WholeDatabase | undefined>) => {
    const found = await database;
    if (found) opened.defer(() => found.close());
    return found;
  };
  const owners: Owner[] = [];
  for (const service of SERVICES) {
    const { database: name } = service;
    if (name === undefined) continue;
    const config = readDatabaseConfig(service.variable, {
      ...process.env,
      DATA_DIR: dataDir,
      DATABASE_URL: url,
    });
    const sqlite = ({ make }: Opening) => open(openWholeSqlite(dataDir, name, { make }));
    const postgres = ({ make }: Opening) => open(inPostgres(config, name, { make }));
    const [source, destination] = into === 'postgres' ? [sqlite, postgres] : [postgres, sqlite];
    const from = await source({ make: false });
    const to = await destination({ make: from !== undefined });
    if (to) owners.push({ name, migrations: await migrationsOf(service), from, to });
  }
  if (!(await isAnythingToMove(owners)))
    throw new UserError(`No hay nada que trasladar: ${into === 'postgres' ? dataDir : url} está vacío`);

  for (const { from, to } of owners) if (from) await beginMove(from, to);
  for (const { name, from, to, migrations } of owners) {
    if (!from) continue;
    tell(`${from.target.name} → ${to.target.name}`);
    for (const { tabla, filas, suma } of await moveDatabase(from, to, migrations))
      tell(`  ${name}.${tabla}: ${filas} filas, suma ${suma.slice(0, 16)}`);
  }
  if (into === 'postgres') {
    for (const { name, from } of owners) {
      await from?.db.destroy();
      const retired = retireSqlite(dataDir, name);
      if (retired !== undefined)
        tell(`${name}: lo que había queda en ${retired}; bórrelo cuando ya no haga falta`);
    }
  }
  for (const { to } of owners) await markFinished(to.db);
  tell(
    into === 'postgres'
      ? 'Trasladado. Ponga DATABASE_URL en .env y arranque.'
      : 'Trasladado. Quite DATABASE_URL de .env y arranque; lo que hay en PostgreSQL sigue allí hasta que lo borre.',
  );
}

async function inPostgres(config: DatabaseConfig, name: string, opening: Opening) {
  const address = givenAddress(config, name);
  return address && openWholePostgres(config, address, name, opening);
}

/** Also what was moved already, and could not be told so. */
async function isAnythingToMove(owners: readonly Owner[]): Promise<boolean> {
  for (const { from, to } of owners) if (from ?? (await isMarked(to))) return true;
  return false;
}

const isMarked = async (to: WholeDatabase) => (await to.tables()).some(({ name }) => name === MOVE_TABLE);

const migrationsOf = ({ name }: ListedService): Promise<Migrations> =>
  new FileMigrationProvider({
    fs: { readdir },
    path,
    migrationFolder: path.join(import.meta.dirname, '../../services', name, 'migrations'),
  }).getMigrations();
