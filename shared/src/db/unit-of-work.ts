import type { Kysely } from 'kysely';

declare const written: unique symbol;

/**
 * A transaction, which only `UnitOfWork.write` makes. What reads in order to decide what to write takes one of these, so
 * that nobody can give it a reader, whose answer may be old when the decision is written.
 */
export type Tx<DB> = Kysely<DB> & { readonly [written]: true };

/** What a unit needs to be kept out, where several run at once. SQLite runs one at a time, whatever is asked. */
export interface WriteOptions {
  /**
   * Whatever the unit decides by, it changes itself, or a constraint allows it once. Then nobody has to watch what it reads,
   * of which most alarms are false when many write beside each other in the same index. By default everything is watched.
   */
  guardedByRows?: boolean;
  /** It writes much: where units share a commit it has one of its own, so that none waits for its bytes. */
  apart?: boolean;
  /** Tables that no other unit uses meanwhile, not even for reading: for what happens outside the database. */
  alone?: readonly string[];
}

/** For the units that run most often. */
export const guardedByRows: WriteOptions = { guardedByRows: true };

/** The only way to write. Its units have the same outcome as if they had run one after another. */
export interface UnitOfWork<DB> {
  /**
   * Runs `fn` in a transaction and resolves with its value once that is on disk. `fn` awaits queries on its `tx` and
   * nothing else: it may share the transaction's turn with others. When it throws, only its own changes are undone. It
   * may run more than once, so that it changes nothing but the database.
   * @throws DatabaseBusy when the database cannot be had
   */
  write<T>(fn: (tx: Tx<DB>) => Promise<T>, options?: WriteOptions): Promise<T>;
  /** Finishes what was submitted, then refuses more. */
  close(): Promise<void>;
}
