/** Reads the database of logistica beside the processes that work with it. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { Pool } from 'pg';
import { numbers } from '@medisupply/shared/db/postgres/pool';

export interface Rows {
  all<R extends object>(sql: string): Promise<R[]>;
  close(): Promise<void>;
}

export const databaseOf = (dataDir: string): string => join(dataDir, 'logistica.db');

/** @param url PostgreSQL's; absent: the file in the data folder */
export function openRows(dataDir: string, url: string | undefined): Rows {
  if (url === undefined) {
    const db = new Database(databaseOf(dataDir), { readonly: true });
    return {
      all: <R extends object>(sql: string) => Promise.resolve(db.prepare<[], R>(sql).all()),
      close: () => Promise.resolve(void db.close()),
    };
  }
  const pool = new Pool({ connectionString: url, max: 1, options: '-c search_path=logistica' });
  return {
    all: async <R extends object>(sql: string) => (await pool.query<R>({ text: sql, types: numbers })).rows,
    close: () => pool.end(),
  };
}
