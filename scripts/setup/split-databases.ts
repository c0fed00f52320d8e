import { closeSync, existsSync, fsyncSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { databaseFile } from '@medisupply/shared/db/sqlite/database-file';
import { writeFileAtomic } from '@medisupply/shared/security/atomic-file';
import { UserError } from '../terminal/user-error.ts';

/** Says, in the folder that the databases came from, that they are elsewhere now. */
const DONE = 'bases-repartidas.json';

/**
 * Gives each database of a folder that held them all its own: a verified copy of `<name>.db` in `<name>/`, where that
 * folder exists. The original stays as it is. Done once; what was interrupted begins again.
 * @returns rows of each database that was copied
 * @throws UserError while a process of an older version still works with one of them
 */
export function splitDatabases(dataDir: string): Record<string, number> {
  if (!existsSync(dataDir) || existsSync(join(dataDir, DONE))) return {};
  const files = readdirSync(dataDir)
    .filter((name) => name.endsWith('.db'))
    .map((name) => ({ name, from: join(dataDir, name), to: databaseFile(dataDir, name.slice(0, -3)) }))
    .filter(({ from, to }) => from !== to);
  if (files.length === 0) return {};

  // All are held before the first is copied, and none can change until the last is in its place.
  using held = new DisposableStack();
  const originals = files.map((file) => {
    const db = held.adopt(new Database(file.from, { timeout: 0 }), (open) => open.close());
    holdAlone(db, file.from);
    return { ...file, db };
  });
  const copied: Record<string, number> = {};
  for (const { name, to, db } of originals) if (!existsSync(to)) copied[name] = copyVerified(db, to);
  writeFileAtomic(join(dataDir, DONE), `${JSON.stringify({ momento: new Date(), filas: copied })}\n`, 0o600);
  return copied;
}

/** SQLite gives the whole file to one connection only when no other is open. */
function holdAlone(db: Database.Database, file: string): void {
  try {
    db.pragma('locking_mode = EXCLUSIVE');
    db.exec('BEGIN EXCLUSIVE; COMMIT');
  } catch (cause) {
    if (!(cause instanceof Database.SqliteError) || !cause.code.startsWith('SQLITE_BUSY')) throw cause;
    throw new UserError(
      `La versión anterior sigue en marcha: usa ${file}; deténgala (docker-compose stop) y repita`,
      { cause },
    );
  }
}

/** @returns its rows */
function copyVerified(from: Database.Database, to: string): number {
  const unfinished = `${to}.repartiendo`;
  rmSync(unfinished, { force: true });
  from.prepare('VACUUM INTO ?').run(unfinished);
  const copy = new Database(unfinished, { readonly: true });
  let rows: Map<string, number>;
  try {
    const answer = copy.pragma('integrity_check', { simple: true });
    if (answer !== 'ok') throw new Error(`${unfinished}: ${String(answer)}`);
    rows = rowsOf(copy);
  } finally {
    copy.close();
  }
  for (const [table, expected] of rowsOf(from)) {
    const found = rows.get(table);
    if (found !== expected)
      throw new Error(`${unfinished}: ${table} tiene ${String(found)} filas, no ${expected}`);
  }
  synced(unfinished);
  renameSync(unfinished, to);
  synced(dirname(to));
  return [...rows.values()].reduce((total, count) => total + count, 0);
}

function rowsOf(db: Database.Database): Map<string, number> {
  const tables = db.prepare<[], string>("select name from sqlite_master where type = 'table'").pluck().all();
  return new Map(
    tables.map((table) => [
      table,
      db.prepare<[], number>(`select count(*) from "${table}"`).pluck().get() ?? 0,
    ]),
  );
}

function synced(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
