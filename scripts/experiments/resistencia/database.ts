/** The database of what is tried out, as the experiment needs it: one function for each engine. */
import Database from 'better-sqlite3';
import { Client } from 'pg';
import { numbers } from '@medisupply/shared/db/postgres/pool';
import type { DatabaseLock } from '@medisupply/shared/testing/lock-database';
import { lockDatabase } from '@medisupply/shared/testing/lock-database';
import type { PostgresServer } from '@medisupply/shared/testing/postgres-server';
import type { Rows } from '../../testing/checker.ts';

export interface TriedDatabase {
  rows: Rows;
  /** Keeps everybody else from writing. */
  lock(): Promise<DatabaseLock>;
  /** `ok`, or what is broken in it. */
  integrity(): Promise<string>;
  /** Its server dies, and starts again. */
  die?(): Promise<void>;
  /** Its server throws out everybody who works with it. */
  cut?(): Promise<void>;
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

const SCHEMA = 'logistica';

export function openPostgres(server: PostgresServer, database: string): TriedDatabase {
  const connect = async () => {
    const client = new Client({
      connectionString: server.urlOf(database),
      options: `-c search_path=${SCHEMA}`,
      types: numbers,
    });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  };
  const rows = async <R extends object>(text: string): Promise<R[]> => {
    const client = await connect();
    try {
      return (await client.query<R>(text)).rows;
    } finally {
      await client.end();
    }
  };
  const lock = async (): Promise<DatabaseLock> => {
    const tables = await rows<{ name: string }>(
      `select tablename::text as name from pg_tables where schemaname = '${SCHEMA}'`,
    );
    const client = await connect();
    // A deadlock is to cost the others, who try again.
    await client.query("set deadlock_timeout = '1min'; begin");
    await client.query(`lock table ${tables.map(({ name }) => name).join()} in exclusive mode`);
    return { release: () => client.end() };
  };
  return {
    rows,
    lock,
    async integrity() {
      // Each index has each row that it should have, in its order.
      await server.query('create extension if not exists amcheck schema public', database);
      const broken = await rows(`select public.bt_index_check(indexrelid, true) from pg_index i
          join pg_class c on c.oid = indexrelid join pg_am a on a.oid = c.relam
          where relnamespace = '${SCHEMA}'::regnamespace and amname = 'btree'`).then(
        () => undefined,
        (error: Error) => error.message,
      );
      return broken ?? 'ok';
    },
    async die() {
      await server.kill();
      await server.start();
    },
    async cut() {
      await server.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'medisupply%'",
      );
    },
    close: () => undefined,
  };
}
