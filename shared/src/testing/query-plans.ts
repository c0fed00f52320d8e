import type Database from 'better-sqlite3';
import type { CompiledQuery } from 'kysely';
import { Kysely } from 'kysely';
import { ImmediateSqliteDialect } from '../db/sqlite/sqlite-dialect.ts';

export interface QueryPlans<DB> {
  db: Kysely<DB>;
  /** How SQLite runs each query that `read` makes, one text a query. */
  plansOf(read: (db: Kysely<DB>) => Promise<unknown>): Promise<string[]>;
}

/** `handle` is closed with `db`. */
export function queryPlans<DB>(handle: Database.Database): QueryPlans<DB> {
  let queries: CompiledQuery[] = [];
  const db = new Kysely<DB>({
    dialect: new ImmediateSqliteDialect({ database: handle }),
    log: (event) => void queries.push(event.query),
  });
  return {
    db,
    async plansOf(read) {
      queries = [];
      await read(db);
      return queries
        .splice(0)
        .map(({ sql, parameters }) =>
          (handle.prepare(`explain query plan ${sql}`).all(...parameters) as { detail: string }[])
            .map((step) => step.detail)
            .join('; '),
        );
    },
  };
}

/** `count` rows of a table: `numbered(3)` is the start of an `insert … select` over `n(i)`, i from 1 to 3. */
export const numbered = (count: number): string =>
  `with recursive n(i) as (select 1 union all select i + 1 from n where i < ${count})`;
