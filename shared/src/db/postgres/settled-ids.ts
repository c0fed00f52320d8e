import { setTimeout as delay } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import { sql } from 'kysely';

/** Most transactions end within milliseconds; on a longer one, the next call looks again. */
const LOOKS = 4;
const PAUSE = 5;

/**
 * Ids are given when a row is written and seen when it is committed, so that a row may appear below one that has been
 * read. Every transaction takes its own number before an id of any row (`NumberedDriver`): once all that were numbered
 * before some moment have ended, nothing appears any more below the ids that were given until then.
 */
export class SettledIds {
  readonly #db: Kysely<unknown>;
  readonly #table: string;
  #settled = 0;
  /** Ids up to `last` are settled when no transaction below `before` runs any more. */
  #pending: { last: number; before: bigint } | undefined;

  constructor(db: Kysely<unknown>, table: string) {
    this.#db = db;
    this.#table = table;
  }

  async upTo(): Promise<number> {
    // Before the number, so that whoever took an id up to it has a lower number.
    const last = await this.#lastGiven();
    if (last === this.#settled) return last;
    this.#pending ??= { last, before: await this.#nextNumber() };
    for (let look = 0; look < LOOKS; look++) {
      if (look > 0) await delay(PAUSE);
      if ((await this.#oldestRunning()) < this.#pending.before) continue;
      this.#settled = this.#pending.last;
      this.#pending = undefined;
      break;
    }
    return this.#settled;
  }

  async #lastGiven(): Promise<number> {
    const { rows } = await sql<{ last: number | null }>`
      select pg_sequence_last_value(pg_get_serial_sequence(${this.#table}, 'id')::regclass) as last`.execute(
      this.#db,
    );
    return rows[0]?.last ?? 0;
  }

  async #nextNumber(): Promise<bigint> {
    const { rows } = await sql<{ number: string }>`select pg_current_xact_id()::text as number`.execute(
      this.#db,
    );
    return BigInt(rows[0]!.number);
  }

  async #oldestRunning(): Promise<bigint> {
    const { rows } = await sql<{ number: string }>`
      select pg_snapshot_xmin(pg_current_snapshot())::text as number`.execute(this.#db);
    return BigInt(rows[0]!.number);
  }
}
