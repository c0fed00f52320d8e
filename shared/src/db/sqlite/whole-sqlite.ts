import { existsSync, renameSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { TableShape, WholeDatabase } from '../move/whole-database.ts';
import { referencedFirst } from '../move/whole-database.ts';
import { kyselyOver, openHandle } from './connection.ts';
import { databaseFile } from './database-file.ts';

/** SQLite gives the whole file to one connection only when no other is open. */
export function isInUse(file: string): boolean {
  const db = new Database(file, { timeout: 0 });
  try {
    db.pragma('locking_mode = EXCLUSIVE');
    db.exec('BEGIN EXCLUSIVE; ROLLBACK');
    return false;
  } catch (error) {
    return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
  } finally {
    db.close();
  }
}

/** Whoever starts meanwhile finds it busy. @throws Error while somebody works with it */
export function findSqlite(dataDir: string, owner: string): WholeDatabase | undefined {
  const file = databaseFile(dataDir, owner);
  if (!existsSync(file)) return undefined;
  if (isInUse(file)) throw new Error(`La plataforma está en marcha: usa ${file}; deténgala y repita`);
  return whole(file);
}

export const makeSqlite = (dataDir: string, owner: string): WholeDatabase =>
  whole(databaseFile(dataDir, owner));

function whole(file: string): WholeDatabase {
  const handle = openHandle(file);
  handle.pragma('locking_mode = EXCLUSIVE');
  handle.exec('BEGIN EXCLUSIVE; COMMIT');
  const db = kyselyOver<unknown>(handle);
  return {
    db,
    target: { name: file, otherwise: 'use otra DATA_DIR' },
    tables: () => tablesOf(db),
    lastIds,
    setLastIds,
    async close() {
      await db.destroy();
      // Kysely leaves alone what it was not asked anything of.
      handle.close();
    },
  };
}

/** Puts an owner's file, which nobody has open, beside, where nobody looks for it. @returns its new name */
export function retireSqlite(dataDir: string, owner: string): string | undefined {
  const file = databaseFile(dataDir, owner);
  if (!existsSync(file)) return undefined;
  const moment = new Date().toISOString().replaceAll(/[:.]/g, '-');
  const retired = `${file}.trasladada-${moment}`;
  renameSync(file, retired);
  return retired;
}

async function tablesOf(db: Kysely<unknown>): Promise<TableShape[]> {
  const { rows } = await sql<{ name: string }>`
    select name from sqlite_schema where type = 'table' and name not like 'sqlite\\_%' escape '\\'`.execute(
    db,
  );
  const tables: TableShape[] = [];
  for (const { name } of rows) {
    const columns = await sql<{ name: string; pk: number }>`
      select name, pk from pragma_table_info(${name}) order by name`.execute(db);
    const references = await sql<{ name: string }>`
      select distinct "table" as name from pragma_foreign_key_list(${name})`.execute(db);
    tables.push({
      name,
      columns: columns.rows.map((column) => column.name),
      key: columns.rows
        .filter(({ pk }) => pk > 0)
        .toSorted((a, b) => a.pk - b.pk)
        .map((column) => column.name),
      references: references.rows.map((reference) => reference.name),
    });
  }
  return referencedFirst(tables);
}

type Sequences = Kysely<{ sqlite_sequence: { name: string; seq: number } }>;

async function lastIds(db: Kysely<unknown>): Promise<Map<string, number>> {
  if (!(await hasSequences(db))) return new Map();
  const rows = await (db as Sequences)
    .selectFrom('sqlite_sequence')
    .selectAll()
    .where('seq', '>', 0)
    .orderBy('name')
    .execute();
  return new Map(rows.map(({ name, seq }) => [name, seq]));
}

async function setLastIds(db: Kysely<unknown>, ids: ReadonlyMap<string, number>): Promise<void> {
  if (!(await hasSequences(db))) return;
  await (db as Sequences).deleteFrom('sqlite_sequence').execute();
  for (const [name, seq] of ids)
    await (db as Sequences).insertInto('sqlite_sequence').values({ name, seq }).execute();
}

/** SQLite makes the table with the first one that counts. */
async function hasSequences(db: Kysely<unknown>): Promise<boolean> {
  const { rows } = await sql`select 1 from sqlite_schema where name = 'sqlite_sequence'`.execute(db);
  return rows.length > 0;
}
