/** The databases of a test, of whatever kind the run is about: `npm test` SQLite, `npm test -- --postgres` PostgreSQL. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, DatabaseError } from 'pg';
import type { Migrations } from '../db/migrations.ts';
import type { OpenDatabase } from '../db/open-database.ts';
import { openDatabase } from '../db/open.ts';

/** Address of the run's PostgreSQL server; absent: the run is about SQLite. */
const SERVER = process.env['TEST_POSTGRES'];

/** For tests that are about SQLite itself: `test.skipIf(onPostgres)`. */
export const onPostgres = SERVER !== undefined;

/** What the environment of a process says about where the databases of `dataDir` are; they are there afterwards. */
export async function databasesOf(dataDir: string): Promise<Record<string, string>> {
  if (SERVER === undefined) return {};
  const name = `t_${createHash('sha256').update(dataDir).digest('hex').slice(0, 20)}`;
  await administer(SERVER, `create database ${name}`);
  return { DATABASE_URL: new URL(`/${name}`, SERVER).href };
}

const THERE_ALREADY = new Set(['42P04', '23505']);

async function administer(server: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: new URL('/postgres', server).href });
  await client.connect();
  try {
    await client.query(statement);
  } catch (error) {
    if (!(error instanceof DatabaseError) || !THERE_ALREADY.has(error.code ?? '')) throw error;
  } finally {
    await client.end();
  }
}

/** A migrated database of its own, and how to open it once more. */
export interface TestDatabase<DB> {
  database: OpenDatabase<DB>;
  open(): Promise<OpenDatabase<DB>>;
  close(): Promise<void>;
}

export async function openTestDatabase<DB>(migrations: Migrations): Promise<TestDatabase<DB>> {
  const folder = mkdtempSync(join(tmpdir(), 'medisupply-db-'));
  const config = { DATA_DIR: folder, DATABASE_POOL: 10, ...(await databasesOf(folder)) };
  const open = () => openDatabase<DB>(config, { owner: 'prueba', migrations });
  const database = await open();
  return {
    database,
    open,
    async close() {
      await database.close();
      rmSync(folder, { recursive: true });
    },
  };
}
