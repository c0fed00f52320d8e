/** The databases of a test, of whatever kind the run is about: `npm test` SQLite, `npm test -- --postgres` PostgreSQL. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { Client, DatabaseError } from 'pg';
import type { Migrations } from '../db/migrations.ts';
import type { OpenDatabase } from '../db/open-database.ts';
import { openDatabase } from '../db/open.ts';
import { numbers } from '../db/postgres/pool.ts';
import { databaseFile } from '../db/sqlite/database-file.ts';

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

/** All that these owners' databases hold: the bytes of their files, or the text of every row. */
export async function storedIn(dataDir: string, owners: readonly string[]): Promise<Buffer> {
  if (SERVER === undefined) {
    const files = owners.flatMap((owner) => ['', '-wal', '-shm'].map((end) => `${owner}.db${end}`));
    return Buffer.concat(files.map((file) => readFileSync(join(dataDir, file))));
  }
  const { DATABASE_URL } = await databasesOf(dataDir);
  const client = new Client({ connectionString: DATABASE_URL });
  await client.connect();
  try {
    const tables = await client.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = any($1)`,
      [owners],
    );
    const texts: string[] = [];
    for (const { name } of tables.rows) {
      const { rows } = await client.query<{ text: string }>(`select t::text as text from ${name} t`);
      texts.push(...rows.map((row) => row.text));
    }
    return Buffer.from(texts.join('\n'));
  } finally {
    await client.end();
  }
}

/** What a query says of an owner's database, beside the processes that work with it. */
export async function storedRows<R extends object>(
  dataDir: string,
  owner: string,
  sql: string,
): Promise<R[]> {
  if (SERVER === undefined) {
    const db = new Database(databaseFile(dataDir, owner), { readonly: true });
    try {
      return db.prepare<[], R>(sql).all();
    } finally {
      db.close();
    }
  }
  const { DATABASE_URL } = await databasesOf(dataDir);
  const client = new Client({ connectionString: DATABASE_URL, options: `-c search_path=${owner}` });
  await client.connect();
  try {
    return (await client.query<R>({ text: sql, types: numbers })).rows;
  } finally {
    await client.end();
  }
}

/** `ok`, or what SQLite finds wrong with a file; PostgreSQL has no such question. */
export async function integrityOf(dataDir: string, owner: string): Promise<string> {
  if (SERVER !== undefined) return 'ok';
  const [row] = await storedRows<{ integrity_check: string }>(dataDir, owner, 'pragma integrity_check');
  return row?.integrity_check ?? '';
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
