import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import type Database from 'better-sqlite3';
import type { Kysely } from 'kysely';
import { unavailable } from '../../http/app-error.ts';
import { backoff } from '../../lifecycle/backoff.ts';
import { DatabaseBusy } from '../database-busy.ts';
import { databaseWork } from '../database-work.ts';
import type { Tx, UnitOfWork, WriteOptions } from '../unit-of-work.ts';
import { isBusy } from './is-busy.ts';

/** How long a write waits for another process's write lock before it is answered 503 (ms). */
const BUSY_BUDGET = 10_000;
/**
 * Between attempts to get the lock (ms): others hold it for a group commit, so whoever looks seldom is starved by who
 * looks often. One that is held for longer is a stranger's.
 */
const BUSY_PAUSE = { first: 2, max: 5 };
const LONG_PAUSE = { after: 1_000, ms: 50 };
/** For so long after the lock was somebody else's, each group is followed by a pause in which others get their turn (ms). */
const SHARED_FOR = 1_000;
const TURN = 1;
const MAX_GROUP = 500;
/** How long a group may grow before it is written (ms). */
const GATHER = 25;

interface Pending<DB> {
  fn: (tx: Tx<DB>) => Promise<unknown>;
  /** On the monotonic clock. */
  submitted: number;
  resolve: (value: never) => void;
  reject: (error: unknown) => void;
}

type Outcome = { ok: true; value: unknown } | { ok: false; error: unknown };

/**
 * Everything that is submitted in the same turn of the event loop shares one `BEGIN IMMEDIATE … COMMIT`: full durability
 * costs one fsync per group, not per request. Most groups succeed as a whole; when one of them throws, all are done
 * again, each in a savepoint of its own.
 */
export class SqliteUnitOfWork<DB> implements UnitOfWork<DB> {
  readonly #handle: Database.Database;
  readonly #tx: Tx<DB>;
  readonly #pending: Pending<DB>[] = [];
  /** Each gets a group of its own, in turns with those of all others. */
  readonly #apart: Pending<DB>[] = [];
  /** When the lock was somebody else's the last time. */
  #contended = Number.NEGATIVE_INFINITY;
  #draining: Promise<void> | undefined;
  #closed = false;

  constructor(handle: Database.Database, tx: Kysely<DB>) {
    this.#handle = handle;
    this.#tx = tx as Tx<DB>;
  }

  /** @throws DatabaseBusy when another process keeps the database locked for 10 s */
  write<T>(fn: (tx: Tx<DB>) => Promise<T>, { apart = false }: WriteOptions = {}): Promise<T> {
    if (this.#closed) return Promise.reject(unavailable('La base de datos está cerrada'));
    return new Promise<T>((resolve, reject) => {
      const waiting = apart ? this.#apart : this.#pending;
      waiting.push({ fn, submitted: performance.now(), resolve, reject });
      this.#draining ??= this.#drain();
    });
  }

  /** Finishes what was submitted, then closes the connection. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#draining;
    await this.#tx.destroy();
  }

  async #drain(): Promise<void> {
    let attempt = 0;
    let isApartNext = false;
    while (this.#pending.length + this.#apart.length > 0) {
      await this.#gather();
      if (this.#begin()) {
        attempt = 0;
        const isApart: boolean = this.#apart.length > 0 && (isApartNext || this.#pending.length === 0);
        isApartNext = !isApart;
        await this.#commitGroup(isApart ? this.#apart.splice(0, 1) : this.#pending.splice(0, MAX_GROUP));
        if (performance.now() - this.#contended < SHARED_FOR) await delay(TURN);
        continue;
      }
      this.#contended = performance.now();
      this.#rejectExpired();
      const oldest = this.#pending[0] ?? this.#apart[0];
      const waited = this.#contended - (oldest?.submitted ?? this.#contended);
      const ceiling = waited > LONG_PAUSE.after ? LONG_PAUSE.ms : backoff(attempt++, BUSY_PAUSE);
      await delay(ceiling / 2 + Math.random() * (ceiling / 2));
    }
    // In the same step as the check above: what is submitted from now on starts the next round.
    this.#draining = undefined;
  }

  /** Waits while each turn of the event loop brings more: new connections come in one a turn, and a commit takes many. */
  async #gather(): Promise<void> {
    const until = performance.now() + GATHER;
    let before: number;
    do {
      before = this.#pending.length;
      await nextTurn();
    } while (this.#pending.length > before && this.#pending.length < MAX_GROUP && performance.now() < until);
  }

  /** False while another process holds the write lock; any other failure rejects what waits. */
  #begin(): boolean {
    try {
      this.#handle.exec('BEGIN IMMEDIATE');
      return true;
    } catch (error) {
      if (!isBusy(error)) this.#rejectAll([...this.#pending.splice(0), ...this.#apart.splice(0)], error);
      return false;
    }
  }

  async #commitGroup(group: Pending<DB>[]): Promise<void> {
    let outcomes: Outcome[];
    try {
      outcomes = await this.#runGroup(group);
      this.#handle.exec('COMMIT');
      databaseWork.commits += 1;
    } catch (error) {
      // The whole transaction is gone (disk full, I/O error): nothing of the group happened.
      this.#rollback();
      this.#rejectAll(group, error);
      return;
    }
    for (const [index, item] of group.entries()) {
      const outcome = outcomes[index]!;
      if (outcome.ok) item.resolve(outcome.value as never);
      else item.reject(outcome.error);
    }
  }

  /** @throws when SQLite rolled the whole transaction back */
  async #runGroup(group: readonly Pending<DB>[]): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    this.#handle.exec('SAVEPOINT grupo');
    try {
      for (const item of group) outcomes.push({ ok: true, value: await item.fn(this.#tx) });
      return outcomes;
    } catch (error) {
      if (!this.#handle.inTransaction) throw error;
      this.#handle.exec('ROLLBACK TO grupo');
      if (group.length === 1) return [{ ok: false, error }];
    }
    const again: Outcome[] = [];
    for (const item of group) again.push(await this.#runInSavepoint(item));
    return again;
  }

  /** @throws when SQLite rolled the whole transaction back */
  async #runInSavepoint(item: Pending<DB>): Promise<Outcome> {
    this.#handle.exec('SAVEPOINT unidad');
    try {
      const value = await item.fn(this.#tx);
      this.#handle.exec('RELEASE unidad');
      return { ok: true, value };
    } catch (error) {
      if (!this.#handle.inTransaction) throw error;
      this.#handle.exec('ROLLBACK TO unidad; RELEASE unidad');
      return { ok: false, error };
    }
  }

  #rollback(): void {
    try {
      if (this.#handle.inTransaction) this.#handle.exec('ROLLBACK');
    } catch {
      // The error that led here is the one to report; the next BEGIN tells whether the connection still works.
    }
  }

  #rejectExpired(): void {
    const oldest = performance.now() - BUSY_BUDGET;
    for (const waiting of [this.#pending, this.#apart]) {
      while (waiting[0] && waiting[0].submitted <= oldest) waiting.shift()!.reject(new DatabaseBusy());
    }
  }

  #rejectAll(items: Pending<DB>[], error: unknown): void {
    for (const item of items) item.reject(error);
  }
}
