import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { DatabaseState } from '../open-database.ts';

/**
 * `$DATA_DIR/<name>.db`, or `$DATA_DIR/<name>/<name>.db` where that folder exists: in containers it is a volume of its
 * own, which only those see who work with that database.
 */
export const databaseFile = (dataDir: string, name: string): string =>
  join(dataDir, existsSync(join(dataDir, name)) ? name : '', `${name}.db`);

export interface DatabaseFile {
  /** `logistica.db` */
  name: string;
  file: string;
}

/** The databases of a data folder, wherever each lies. */
export function databasesIn(dataDir: string): DatabaseFile[] {
  const names = new Set(
    readdirSync(dataDir, { withFileTypes: true }).map((entry) =>
      entry.isDirectory() ? `${entry.name}.db` : entry.name,
    ),
  );
  return [...names]
    .filter((name) => name.endsWith('.db'))
    .map((name) => ({ name, file: databaseFile(dataDir, name.slice(0, -'.db'.length)) }))
    .filter(({ file }) => existsSync(file))
    .toSorted((a, b) => a.name.localeCompare(b.name, 'en'));
}

/** Opens the file for reading and asks for its schema. */
export function stateOfDatabase(file: string): DatabaseState {
  const size = sizeOf(file);
  if (size === null) return { status: 'missing', schema: null, size: null, wal_size: null, error: null };
  const figures = { size, wal_size: sizeOf(`${file}-wal`) ?? 0 };
  try {
    return { status: 'ok', schema: schemaOf(file), ...figures, error: null };
  } catch (error) {
    return { status: 'error', schema: null, ...figures, error: codeOf(error) };
  }
}

function schemaOf(file: string): string | null {
  // The timeout is how long another process's lock may hold up the event loop.
  const database = new Database(file, { readonly: true, fileMustExist: true, timeout: 20 });
  try {
    const migrated = database
      .prepare("select 1 from sqlite_master where type = 'table' and name = 'kysely_migration'")
      .get();
    if (!migrated) return null;
    const latest = database.prepare('select max(name) from kysely_migration').pluck().get();
    return typeof latest === 'string' ? latest : null;
  } finally {
    database.close();
  }
}

/** Bytes; null when there is no such file. */
const sizeOf = (file: string): number | null => statSync(file, { throwIfNoEntry: false })?.size ?? null;

/** SQLite's code only: its messages may quote paths. */
const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'SQLITE_ERROR';
