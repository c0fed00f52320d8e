/** The database of what is tried out, as the experiment needs it: one function for each engine. */
import Database from 'better-sqlite3';
import type { DatabaseLock } from '@medisupply/shared/testing/lock-database';
import { lockDatabase } from '@medisupply/shared/testing/lock-database';
import type { Rows } from '../../testing/checker.ts';

export interface TriedDatabase {
  rows: Rows;
  /** Keeps everybody else from writing. */
  lock(): Promise<DatabaseLock>;
  /** `ok`, or what is broken in it. */
  integrity(): Promise<string>;
  close(): void;
}

export function openSqlite(file: string): TriedDatabase {
  const db = new Database(file, { readonly: true });
  return {
    rows: <R extends object>(sql: string) => Promise.resolve(db.prepare<[], R>(sql).all()),
    lock: () => lockDatabase(file),
    integrity: () => Promise.resolve(String(db.pragma('integrity_check', { simple: true }))),
    close: () => db.close(),
  };
}
