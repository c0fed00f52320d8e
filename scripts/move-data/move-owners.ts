import { join } from 'node:path';
import { withoutPassword } from '@medisupply/shared/config/load-config';
import { givenAddress, readDatabaseConfig } from '@medisupply/shared/db/database-environment';
import type { Migrations } from '@medisupply/shared/db/migrations';
import { migrationsIn } from '@medisupply/shared/db/move/migrations-in';
import { assertMovable, beginMove, isComplete, moveDatabase } from '@medisupply/shared/db/move/move-database';
import { markFinished } from '@medisupply/shared/db/move/unfinished-move';
import type { WholeDatabase } from '@medisupply/shared/db/move/whole-database';
import { findPostgres, makePostgres } from '@medisupply/shared/db/postgres/whole-postgres';
import { findSqlite, makeSqlite, retireSqlite } from '@medisupply/shared/db/sqlite/whole-sqlite';
import { SERVICES } from '@medisupply/shared/services';
import { UserError } from '../terminal/user-error.ts';

const SERVICE_FOLDERS = join(import.meta.dirname, '../../services');

export interface Direction {
  /** Of PostgreSQL. */
  url: string;
  into: 'sqlite' | 'postgres';
}

interface Owner {
  name: string;
  migrations: Migrations;
  from: WholeDatabase | undefined;
  to: WholeDatabase | undefined;
  makeTo: () => Promise<WholeDatabase>;
}

/**
 * Moves the databases of all services. None counts as moved before all of them are, and the source is whole until then. What is refused leaves the destination as it is.
 * @throws Error naming what stands in the way
 */
export async function moveOwners(
  dataDir: string,
  { url, into }: Direction,
  tell: (line: string) => void,
): Promise<void> {
  await using opened = new AsyncDisposableStack();
  const owners = await ownersOf(dataDir, { url, into }, opened);
  for (const { from, to, migrations } of owners) if (from) await assertMovable(from, to, migrations);
  if (!(await isAnythingToMove(owners)))
    throw new UserError(
      `No hay nada que trasladar: ${into === 'postgres' ? dataDir : withoutPassword(url)} está vacío`,
    );

  const moves = [];
  for (const { name, migrations, from, to, makeTo } of owners)
    if (from) moves.push({ name, migrations, from, to: to ?? (await makeTo()) });
  for (const { from, to } of moves) await beginMove(from, to);
  for (const { name, from, to, migrations } of moves) {
    tell(`${from.target.name} → ${to.target.name}`);
    for (const { tabla, filas, suma } of await moveDatabase(from, to, migrations))
      tell(`  ${name}.${tabla}: ${filas} filas, suma ${suma.slice(0, 16)}`);
  }
  if (into === 'postgres') {
    for (const { name, from } of moves) {
      await from.close();
      const retired = retireSqlite(dataDir, name);
      if (retired !== undefined)
        tell(`${name}: lo que había queda en ${retired}; bórrelo cuando ya no haga falta`);
    }
  }
  for (const { to } of [...owners, ...moves]) if (to) await markFinished(to.db);
  tell(
    into === 'postgres'
      ? 'Trasladado. Ponga DATABASE_URL en .env y arranque.'
      : 'Trasladado. Quite DATABASE_URL de .env y arranque; lo que hay en PostgreSQL sigue allí hasta que lo borre.',
  );
}

async function ownersOf(
  dataDir: string,
  { url, into }: Direction,
  opened: AsyncDisposableStack,
): Promise<Owner[]> {
  const open = async <T extends WholeDatabase | undefined>(database: T | Promise<T>): Promise<T> => {
    const found = await database;
    if (found) opened.defer(() => found.close());
    return found;
  };
  const owners: Owner[] = [];
  for (const service of SERVICES) {
    const { database: name } = service;
    if (name === undefined) continue;
    const env = { ...process.env, DATA_DIR: dataDir, DATABASE_URL: url };
    const config = readDatabaseConfig(service.variable, env);
    const address = givenAddress(config, name)!;
    const sqlite = {
      find: () => open(findSqlite(dataDir, name)),
      make: () => open(makeSqlite(dataDir, name)),
    };
    const postgres = {
      find: () => open(findPostgres(address, name)),
      make: () => open(makePostgres(address, name)),
    };
    const [source, destination] = into === 'postgres' ? [sqlite, postgres] : [postgres, sqlite];
    owners.push({
      name,
      migrations: await migrationsIn(join(SERVICE_FOLDERS, service.name, 'migrations')),
      from: await source.find(),
      to: await destination.find(),
      makeTo: destination.make,
    });
  }
  return owners;
}

/** Also what was moved already, and could not be told so. */
async function isAnythingToMove(owners: readonly Owner[]): Promise<boolean> {
  let isAnything = false;
  for (const { from, to } of owners) if (from ?? (to && (await isComplete(to)))) isAnything = true;
  return isAnything;
}
