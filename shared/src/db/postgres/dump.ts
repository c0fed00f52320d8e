import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client, escapeIdentifier, escapeLiteral } from 'pg';
import type { Address } from '../database-environment.ts';
import { MOVE_TABLE } from '../move/unfinished-move.ts';
import { clientProgram, programFolders } from './client-program.ts';
import { assertServer, toMigrate } from './migrate.ts';
import type { Place } from './place.ts';
import { placeOf } from './place.ts';
import { numbers } from './pool.ts';

const run = promisify(execFile);

export interface Owned {
  owner: string;
  address: Address;
}

/** Where programs are found, and what else PostgreSQL's own follow. */
type Environment = NodeJS.ProcessEnv;

/** What a dump holds of each table. */
export type Counts = Record<string, number>;

/**
 * Writes the schema of each owner into `folder`, `<owner>.dump`, also while the platform runs: those of one database as they were at one
 * moment, whatever roles they are read with.
 * @returns rows of each table, by owner
 */
export async function dumpOwners(
  owners: readonly Owned[],
  folder: string,
  env: Environment,
): Promise<Map<string, Counts>> {
  const counts = new Map<string, Counts>();
  const places = owners.map(({ owner, address }) => ({ owner, place: placeOf(address, owner) }));
  for (const { place } of places) await programFor('pg_dump', place, env);
  for (const together of Map.groupBy(places, ({ place: { url } }) => url.host + url.pathname).values()) {
    const [first] = together;
    await connected(first!.place, async (client) => {
      await client.query('begin isolation level repeatable read read only');
      const { rows } = await client.query<{ snapshot: string }>('select pg_export_snapshot() as snapshot');
      const { snapshot } = rows[0]!;
      for (const { owner, place } of together)
        counts.set(owner, await dump(place, snapshot, join(folder, `${owner}.dump`), env));
    });
  }
  return counts;
}

async function dump(place: Place, snapshot: string, file: string, env: Environment): Promise<Counts> {
  const counts = await connected(place, async (client) => {
    await client.query('begin isolation level repeatable read read only');
    await client.query(`set transaction snapshot ${escapeLiteral(snapshot)}`);
    return countRows(client, place);
  });
  if (Object.keys(counts).length === 0) throw new Error(`${place.key}: ${place.name} está vacía`);
  if (MOVE_TABLE in counts)
    throw new Error(`${place.key}: en ${place.name} hay un traslado sin terminar; termínelo y repita`);
  await runProgram(
    'pg_dump',
    place,
    [
      '--format=custom',
      `--schema=${place.pool.schema}`,
      ...AS_WHOEVER_READS_IT,
      `--snapshot=${snapshot}`,
      `--file=${file}`,
    ],
    env,
  );
  return counts;
}

/** Puts a dump into the schema of an owner, which holds none of its tables: all of it or nothing. @returns rows of each table */
export async function restoreDump(
  owner: string,
  address: Address,
  file: string,
  env: Environment,
): Promise<Counts> {
  const place = placeOf(address, owner);
  const args = [
    `--schema=${place.pool.schema}`,
    ...AS_WHOEVER_READS_IT,
    '--exit-on-error',
    '--single-transaction',
  ];
  await runProgram('pg_restore', place, [...args, file], env);
  return connected(place, (client) => countRows(client, place));
}

/** @throws Error with the remedy when nothing here can restore into the database of an owner */
export const assertRestorable = async (owner: string, address: Address, env: Environment): Promise<void> =>
  void (await programFor('pg_restore', placeOf(address, owner), env));

/** Roles are the installation's. */
const AS_WHOEVER_READS_IT = ['--no-owner', '--no-privileges'];

async function runProgram(
  name: 'pg_dump' | 'pg_restore',
  place: Place,
  args: readonly string[],
  given: Environment,
): Promise<void> {
  const program = await programFor(name, place, given);
  const url = new URL(place.pool.connectionString);
  const password = decodeURIComponent(url.password) || url.searchParams.get('password');
  // What stands on a command line is read by everybody on the machine.
  url.password = '';
  url.searchParams.delete('password');
  const env = { ...given, LC_ALL: 'C', ...(password ? { PGPASSWORD: password } : {}) };
  try {
    await run(program, ['--no-password', `--dbname=${url.href}`, ...args], { env });
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    throw new Error(`${place.key}: ${place.name}: ${said || `${program} no terminó bien`}`, { cause: error });
  }
}

async function programFor(name: 'pg_dump' | 'pg_restore', place: Place, env: Environment): Promise<string> {
  const db = toMigrate(place);
  try {
    return await clientProgram(name, await assertServer(db, place), programFolders(env));
  } finally {
    await db.destroy();
  }
}

async function connected<T>({ pool }: Place, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({
    connectionString: pool.connectionString,
    types: numbers,
    connectionTimeoutMillis: 5_000,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function countRows(client: Client, { pool: { schema } }: Place): Promise<Counts> {
  const { rows } = await client.query<{ name: string }>(
    'select tablename::text as name from pg_tables where schemaname = $1 order by 1',
    [schema],
  );
  const counts: Counts = {};
  for (const { name } of rows) {
    const counted = await client.query<{ n: number }>(
      `select count(*) as n from ${escapeIdentifier(schema)}.${escapeIdentifier(name)}`,
    );
    counts[name] = counted.rows[0]!.n;
  }
  return counts;
}
