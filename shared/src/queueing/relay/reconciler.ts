import type { Tx } from '../../db/unit-of-work.ts';
import type { OpenDatabase } from '../../db/open-database.ts';
import { backoff } from '../../lifecycle/backoff.ts';
import { Loop } from '../../lifecycle/loop.ts';
import type { Logger } from '../../logging/logger.ts';
import type { QueueClient } from '../wire/queue-client.ts';
import { jobIdOf } from './relay.ts';
import type { OutboxTables } from '../store/tables.ts';
import type { OutboxMessage } from '../store/task-store.ts';
import { MESSAGE_COLUMNS } from '../store/task-store.ts';

const BATCH = 200;
const REVIEW = { first: 30_000, max: 300_000 };
/** How long a task waits whose job ended, again, without doing it; the first time it does not wait (ms). */
const RESEND = { first: 1_000, max: 300_000 };
/** BullMQ delays its own attempts for seconds: what is delayed at more reviews than this was put there by others. */
const DELAYED_REVIEWS = 3;

/** So many times everything is looked at after a loss, once a second: some of it was just being sent. */
export const FULL_REVIEWS = 3;
const EVERY = 1_000;

const WAITING_AGAIN = { estado: 'PENDIENTE', claim_until: 0, revisiones: 0 } as const;

type ReviewedMessage = OutboxMessage & { reenvios: number; revisiones: number };

export interface ReconcilerOptions {
  database: OpenDatabase<OutboxTables>;
  queues: QueueClient;
  logger: Logger;
  /** Called after rows became PENDIENTE again. */
  wakeRelay: () => void;
}

/**
 * Compares what was sent with what Redis still knows. A crash, a FLUSHALL or a restore makes Redis forget: those rows
 * are sent again. It asks first, since sending without asking makes hundreds of duplicates for each lost job.
 *
 * A job that ended without its task being done proves nothing about the task, as anybody with access to Redis can end
 * one: it is sent again without end, later each time. Only those who ran an attempt can declare a task dead.
 */
export class Reconciler {
  readonly #options: ReconcilerOptions;
  readonly #loop: Loop;
  #memory: string | undefined;
  #fullReviews = 0;

  constructor(options: ReconcilerOptions) {
    this.#options = options;
    this.#loop = new Loop({
      name: 'la conciliación con Redis',
      everyMs: EVERY,
      when: () => options.queues.isConnected(),
      logger: options.logger,
      step: async () => {
        await this.#lookForLoss();
        await this.reviewOnce(Date.now());
      },
    });
  }

  start(): void {
    this.#loop.start();
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  /** Also at the start of the process: what was restored from a backup may be older or newer than Redis. */
  async #lookForLoss(): Promise<void> {
    const memory = await this.#options.queues.memory();
    if (memory !== this.#memory) this.#fullReviews = FULL_REVIEWS;
    this.#memory = memory;
    if (this.#fullReviews === 0) return;
    const lost = await this.#resendMissing();
    this.#fullReviews -= 1;
    if (lost > 0) this.#options.logger.warn({ filas: lost }, 'Redis perdió trabajos; se envían de nuevo');
  }

  async #resendMissing(): Promise<number> {
    const { database, queues, wakeRelay } = this.#options;
    let last = 0;
    let lost = 0;
    for (;;) {
      const sent = await database.read
        .selectFrom('outbox')
        .select(['seq', 'task_id', 'intento', 'gen', 'cola'])
        .where('estado', '=', 'ENVIADO')
        .where('seq', '>', last)
        .orderBy('seq')
        .limit(BATCH)
        .execute();
      if (sent.length === 0) return lost;
      last = sent.at(-1)!.seq;
      const missing = await queues.missing(sent.map((row) => ({ ...row, jobId: jobIdOf(row) })));
      if (missing.length === 0) continue;
      const seqs = missing.map((row) => row.seq);
      await database.unitOfWork.write((tx) =>
        tx
          .updateTable('outbox')
          .set(WAITING_AGAIN)
          .where('seq', 'in', seqs)
          .where('estado', '=', 'ENVIADO')
          .execute(),
      );
      lost += missing.length;
      wakeRelay();
    }
  }

  /** One pass over the rows that are due. @returns how many became PENDIENTE again */
  async reviewOnce(now: number): Promise<number> {
    const { database, queues, logger } = this.#options;
    if (!queues.isConnected()) return 0;
    const due = await database.read
      .selectFrom('outbox')
      .select([...MESSAGE_COLUMNS, 'reenvios', 'revisiones'])
      .where('estado', '=', 'ENVIADO')
      .where('revisar', '<=', now)
      .orderBy('revisar')
      .limit(BATCH)
      .execute();
    if (due.length === 0) return 0;
    const states = await Promise.all(due.map((message) => queues.jobState(message.cola, jobIdOf(message))));
    const resent = await database.unitOfWork.write(async (tx) => {
      let count = 0;
      for (const [index, message] of due.entries()) {
        if (await this.#settle(tx, message, states[index]!, now)) count += 1;
      }
      return count;
    });
    if (resent > 0) {
      logger.warn({ filas: resent }, 'Redis no tiene trabajos que siguen sin hacer; se envían de nuevo');
      this.#options.wakeRelay();
    }
    return resent;
  }

  async #settle(
    tx: Tx<OutboxTables>,
    message: ReviewedMessage,
    state: string,
    now: number,
  ): Promise<boolean> {
    const row = () =>
      tx
        .updateTable('outbox')
        .where('seq', '=', message.seq)
        .where('gen', '=', message.gen)
        .where('estado', '=', 'ENVIADO');
    const done = await tx
      .selectFrom('tarea_procesada')
      .select('task_id')
      .where('task_id', '=', message.task_id)
      .executeTakeFirst();
    if (done) {
      await tx.deleteFrom('outbox').where('task_id', '=', message.task_id).execute();
      return false;
    }
    if (state === 'unknown') {
      const { numUpdatedRows } = await row().set(WAITING_AGAIN).executeTakeFirst();
      return numUpdatedRows > 0n;
    }
    if (!isUnderWay(state, message.revisiones)) {
      const wait = message.reenvios === 0 ? 0 : backoff(message.reenvios, RESEND);
      const { numUpdatedRows } = await row()
        .set({
          ...WAITING_AGAIN,
          gen: message.gen + 1,
          reenvios: message.reenvios + 1,
          disponible: now + wait,
        })
        .executeTakeFirst();
      if (numUpdatedRows === 0n) return false;
      this.#options.logger.error(
        { task_id: message.task_id, cola: message.cola, estado: state, reenvios: message.reenvios + 1 },
        'un trabajo terminó sin hacer su tarea; se envía de nuevo',
      );
      return true;
    }
    const wait = backoff(message.revisiones, REVIEW);
    await row()
      .set({ revisar: now + wait, revisiones: message.revisiones + 1 })
      .execute();
    return false;
  }
}

const isUnderWay = (state: string, reviews: number): boolean =>
  state === 'waiting' || state === 'active' || (state === 'delayed' && reviews < DELAYED_REVIEWS);
