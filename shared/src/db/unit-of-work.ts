import type { Kysely } from 'kysely';

declare const written: unique symbol;

/**
 * A transaction, which only `UnitOfWork.write` makes. What reads in order to decide what to write takes one of these, so
 * that nobody can give it a reader, whose answer may be old when the decision is written.
 */
export type Tx<DB> = Kysely<DB> & { readonly [written]: true };

/** The only way to write. Its units have the same outcome as if they had run one after another. */
export interface UnitOfWork<DB> {
  /**
   * Runs `fn` in a transaction and resolves with its value once that is on disk. `fn` awaits queries on its `tx` and
   * nothing else: it may share the transaction's turn with others. When it throws, only its own changes are undone. It
   * may run more than once, so that it changes nothing but the database.
   * @throws DatabaseBusy when the database cannot be had
   */
  write<T>(fn: (tx: Tx<DB>) => Promise<T>): Promise<T>;
  /** Finishes what was submitted, then refuses more. */
  close(): Promise<void>;
}
