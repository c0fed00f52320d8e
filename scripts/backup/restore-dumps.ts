/** The part of a backup that goes into PostgreSQL. */
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Address } from '@medisupply/shared/db/database-environment';
import { givenAddress } from '@medisupply/shared/db/database-environment';
import { MOVE_TABLE, markFinished, markOf, markUnfinished } from '@medisupply/shared/db/move/unfinished-move';
import type { WholeDatabase } from '@medisupply/shared/db/move/whole-database';
import type { Counts } from '@medisupply/shared/db/postgres/dump';
import { assertRestorable, restoreDump } from '@medisupply/shared/db/postgres/dump';
import { findPostgres, makePostgres } from '@medisupply/shared/db/postgres/whole-postgres';
import { UserError } from '../terminal/user-error.ts';
import type { Manifest } from './archive.ts';
import { onPostgres } from './on-postgres.ts';

export interface Destination {
  owner: string;
  address: Address;
  filas: Counts;
  /** Nobody else can have it until it is closed. */
  database: WholeDatabase;
}

/**
 * Where each dump goes; makes schemas that are not there, and changes nothing else.
 * @throws Error when it is not known where, when it is not empty, or when the programs that it takes are missing
 */
export async function openDestinations(
  described: Manifest,
  dataDir: string,
  opened: AsyncDisposableStack,
): Promise<Destination[]> {
  const dumps = dumpsOf(described, dataDir);
  for (const { owner, address } of dumps) await assertRestorable(owner, address, process.env);
  const found = new Map<string, WholeDatabase>();
  const keep = (owner: string, database: WholeDatabase) => {
    opened.defer(() => database.close());
    found.set(owner, database);
  };
  for (const { owner, address } of dumps) {
    const database = await findPostgres(address, owner);
    if (!database) continue;
    keep(owner, database);
    await assertEmpty(database, described);
  }
  for (const { owner, address } of dumps)
    if (!found.has(owner)) keep(owner, await makePostgres(address, owner));
  return dumps.map((dump) => ({ ...dump, database: found.get(dump.owner)! }));
}

/** Until `finish`, the platform does not start on them. @throws Error when not every row arrived */
export async function restoreDumps(
  destinations: readonly Destination[],
  described: Manifest,
  folder: string,
): Promise<void> {
  for (const { database } of destinations) {
    const tables = await database.tables();
    if (tables.length === 0) await markUnfinished(database.db, originOf(described));
    for (const { name } of tables.toReversed())
      if (name !== MOVE_TABLE) await database.db.schema.dropTable(name).execute();
  }
  for (const { owner, address, filas, database } of destinations) {
    const { [MOVE_TABLE]: _mark, ...arrived } = await restoreDump(
      owner,
      address,
      join(folder, `${owner}.dump`),
      process.env,
    );
    if (!isDeepStrictEqual(arrived, filas))
      throw new Error(`${database.target.name}: no llegaron las filas que dice la copia`);
  }
}

export async function finish(destinations: readonly Destination[]): Promise<void> {
  for (const { database } of destinations) await markFinished(database.db);
}

function dumpsOf({ bases }: Manifest, dataDir: string): Omit<Destination, 'database'>[] {
  const given = new Map(onPostgres(dataDir, givenAddress).map(({ owner, address }) => [owner, address]));
  return Object.entries(bases).flatMap(([name, { filas = {} }]) => {
    const [owner = '', kind] = name.split('.');
    const address = given.get(owner);
    if (kind === 'dump') {
      if (address) return [{ owner, address, filas }];
      throw new UserError(
        `La copia tiene ${owner} de PostgreSQL; diga con DATABASE_URL en qué base vacía se restaura`,
      );
    }
    if (!address) return [];
    throw new UserError(
      `${address.key}: la copia tiene ${owner} de SQLite; quite ${address.key}, restáurela, y llévela a PostgreSQL con npm run move-data`,
    );
  });
}

async function assertEmpty(database: WholeDatabase, described: Manifest): Promise<void> {
  const { db, target } = database;
  const there = await database.tables();
  if (there.length === 0) return;
  // What the same restore left when it was interrupted.
  if (there.some(({ name }) => name === MOVE_TABLE) && (await markOf(db))?.origen === originOf(described))
    return;
  throw new UserError(`${target.name} no está vacía; restaure en una base vacía, o bórrela si ya no vale`);
}

const originOf = ({ momento }: Manifest) => `la copia del ${momento}`;
