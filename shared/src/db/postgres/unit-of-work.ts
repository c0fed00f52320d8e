import { setTimeout as delay } from 'node:timers/promises';
import type { IsolationLevel, Kysely } from 'kysely';
import { sql } from 'kysely';
import { unavailable } from '../../http/app-error.ts';
import { backoff } from '../../lifecycle/backoff.ts';
import { DatabaseBusy } from '../database-busy.ts';
import { databaseWork } from '../database-work.ts';
import type { Tx, UnitOfWork, WriteOptions } from '../unit-of-work.ts';
import { isConflict, isViolation, ServerAway } from './errors.ts';

/** How long a write is tried again that others stand in the way of (ms). */
const CONFLICT_BUDGET = 10_000;
const CONFLICT_PAUSE = { first: 1, max: 32 };
/** So often a write is tried again whose connection ended, or that broke a rule which it had looked at. */
const REPEATS = 2;

/**
 * Each unit is a transaction of its own, done again when that turns out to be impossible beside others: SERIALIZABLE, or
 * REPEATABLE READ when its rows guard it.
 */
export class PostgresUnitOfWork<DB> implements UnitOfWork<DB> {
  readonly #db: Kysely<DB>;
  readonly #running = new Set<Promise<unknown>>();
  #closed = false;

  constructor(db: Kysely<DB>) {
    this.#db = db;
  }

  /**
   * @throws ServerAway when the server cannot be reached, and when it went away during the commit: then it may have been
   * written or not
   */
  async write<T>(fn: (tx: Tx<DB>) => Promise<T>, options: WriteOptions = {}): Promise<T> {
    if (this.#closed) throw unavailable('La base de datos está cerrada');
    const work = this.#repeat(fn, options);
    this.#running.add(work);
    try {
      return await work;
    } finally {
      this.#running.delete(work);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#running);
  }

  async #repeat<T>(fn: (tx: Tx<DB>) => Promise<T>, options: WriteOptions): Promise<T> {
    const started = performance.now();
    let repeats = 0;
    for (let attempt = 0; ; attempt++) {
      const progress = { began: false, commits: false };
      try {
        return await this.#once(fn, options, progress);
      } catch (error) {
        if (isConflict(error)) {
          if (performance.now() - started > CONFLICT_BUDGET) throw new DatabaseBusy(undefined, error);
        } else {
          const isCut = error instanceof ServerAway && progress.began && !progress.commits;
          if (!(isCut || isViolation(error)) || repeats++ >= REPEATS) throw error;
        }
      }
      const ceiling = backoff(attempt, CONFLICT_PAUSE);
      await delay(ceiling / 2 + Math.random() * (ceiling / 2));
    }
  }

  async #once<T>(
    fn: (tx: Tx<DB>) => Promise<T>,
    options: WriteOptions,
    progress: { began: boolean; commits: boolean },
  ): Promise<T> {
    const value = await this.#db
      .transaction()
      .setIsolationLevel(isolationOf(options))
      .execute(async (tx) => {
        progress.began = true;
        if (options.alone) await lock(options.alone, tx);
        const result = await fn(tx as unknown as Tx<DB>);
        progress.commits = true;
        return result;
      });
    databaseWork.commits += 1;
    return value;
  }
}

const isolationOf = ({ alone, guardedByRows }: WriteOptions): IsolationLevel => {
  // It waits for the others first, and then has to see what they did.
  if (alone) return 'read committed';
  return guardedByRows ? 'repeatable read' : 'serializable';
};

async function lock<DB>(tables: readonly string[], tx: Kysely<DB>): Promise<void> {
  const names = sql.join(tables.map((table) => sql.table(table)));
  await sql`lock table ${names} in access exclusive mode`.execute(tx);
}
