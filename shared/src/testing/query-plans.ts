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

/** Whether the rows come in the order of an index, with nothing sorted and no table gone through from end to end. */
export const isBounded = (plan: string): boolean =>
  !plan.includes('TEMP B-TREE') && !/\bSCAN \w+\b(?! USING (COVERING )?INDEX)/.test(plan);

/** The index that serves a plan, with what is looked up in it. */
export const indexOf = (plan: string): string | undefined =>
  /^S(?:EARCH|CAN) \w+ USING (?:COVERING )?INDEX (.*)$/.exec(plan)?.[1];
