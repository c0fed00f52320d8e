import type { UnitOfWork } from '../../db/unit-of-work.ts';
import { guardedByRows } from '../../db/unit-of-work.ts';
import type { OpenDatabase } from '../../db/open-database.ts';
import type { Logger } from '../../logging/logger.ts';
import { signEnvelope } from '../wire/envelope.ts';
import type { OutgoingJob, QueueClient } from '../wire/queue-client.ts';
import { attemptsOf } from '../wire/queue-client.ts';
import { findTask } from '../../tasks/registry.ts';
import { crashPoint } from '../../lifecycle/crash-point.ts';
import { Loop } from '../../lifecycle/loop.ts';
import { insertEncoladas } from '../store/eventos.ts';
import type { OutboxTables } from '../store/tables.ts';
import type { OutboxMessage } from '../store/task-store.ts';
import { FIRST_REVIEW, LEASE, MESSAGE_COLUMNS } from '../store/task-store.ts';

const BATCH = 200;
const SEND_DEADLINE = 2_500;
const PAUSE = { first: 250, max: 5_000 };
/** A row that cannot be sent is tried again after this (ms). */
const SET_ASIDE = 3_600_000;
/** Most tasks are done by then, and their rows gone: what is left is marked as sent (ms). Well below the lease. */
const MARK_AFTER = 250;

export interface RelayOptions {
  database: OpenDatabase<OutboxTables>;
  queues: QueueClient;
  queueKey: () => string;
  logger: Logger;
  /** How often it looks for rows that nobody woke it for (ms). */
  pollMs: number;
}

interface Sending {
  message: OutboxMessage;
  resolve: (sent: boolean) => void;
}

/**
 * Carries outbox rows to Redis. The database decides what is sent: Redis may refuse, hang or forget, and a row stays
 * PENDIENTE until `addBulk` has resolved. Sending a row twice is harmless, as its job id is derived from it.
 */
export class Relay {
  readonly #unitOfWork: UnitOfWork<OutboxTables>;
  readonly #read: OpenDatabase<OutboxTables>['read'];
  readonly #queues: QueueClient;
  readonly #queueKey: () => string;
  readonly #logger: Logger;
  readonly #loop: Loop;
  #outgoing: Sending[] = [];
  #flush: Promise<void> | undefined;
  /** Sent and not marked yet. */
  #sent: OutboxMessage[] = [];
  #marking: Promise<void> | undefined;
  #markTimer: NodeJS.Timeout | undefined;
  #offConnected: (() => void) | undefined;

  constructor(options: RelayOptions) {
    this.#unitOfWork = options.database.unitOfWork;
    this.#read = options.database.read;
    this.#queues = options.queues;
    this.#queueKey = options.queueKey;
    this.#logger = options.logger;
    this.#loop = new Loop({
      name: 'el envío de tareas a Redis',
      everyMs: options.pollMs,
      step: () => this.#sweep(),
      when: () => this.#queues.isConnected(),
      pause: PAUSE,
      logger: options.logger,
    });
  }

  /** Starts to look for waiting rows; at once when Redis comes back. */
  start(): void {
    this.#offConnected = this.#queues.onConnected(() => this.#loop.retry());
    this.#loop.start();
  }

  /** Sends what it holds and stops. */
  async stop(): Promise<void> {
    this.#offConnected?.();
    await this.#loop.stop();
    await this.#flush;
    await this.#marking;
    await this.#markSent();
  }

  /** False after a failed send, until one succeeds: a caller then does not wait for it. */
  isHealthy(): boolean {
    return !this.#loop.isFailing() && this.#queues.isConnected();
  }

  /** The lease for a row that the caller inserts and hands to `send` after its commit; 0 leaves it to the poll. */
  claim(now: number): number {
    return this.isHealthy() && !this.#loop.isStopped() ? now + LEASE : 0;
  }

  /**
   * Sends a row that was inserted already claimed. What is handed over in one turn travels in one `addBulk`.
   * @returns whether Redis took it; false leaves the row to a later sweep
   */
  send(message: OutboxMessage): Promise<boolean> {
    return new Promise((resolve) => {
      this.#outgoing.push({ message, resolve });
      this.#flush ??= this.#flushOutgoing();
    });
  }

  /** Looks for waiting rows now. */
  wake(): void {
    this.#loop.wake();
  }

  async #flushOutgoing(): Promise<void> {
    await Promise.resolve();
    while (this.#outgoing.length > 0) {
      const sending = this.#outgoing;
      this.#outgoing = [];
      try {
        await this.#sendAndMark(
          sending.map((item) => item.message),
          (ok) => sending.forEach((item) => item.resolve(ok)),
        );
        this.#loop.worked();
      } catch (error) {
        this.#loop.failed(error);
      }
    }
    // In the same step as the check above, so that no row is handed over unseen.
    this.#flush = undefined;
  }

  async #sweep(): Promise<void> {
    let full = true;
    while (full && !this.#loop.isStopped()) {
      const messages = await this.#claimWaiting();
      full = messages.length === BATCH;
      if (messages.length === 0) return;
      crashPoint('relay.after_claim');
      await this.#sendAndMark(messages);
    }
  }

  async #claimWaiting(): Promise<OutboxMessage[]> {
    const now = Date.now();
    // Looking first costs no write lock, and most polls find nothing.
    const waiting = await this.#read
      .selectFrom('outbox')
      .select('seq')
      .where('estado', '=', 'PENDIENTE')
      .where('disponible', '<=', now)
      .where('claim_until', '<', now)
      .orderBy('disponible')
      .limit(BATCH)
      .execute();
    if (waiting.length === 0) return [];
    return this.#unitOfWork.write(
      (tx) =>
        tx
          .updateTable('outbox')
          .set({ claim_until: now + LEASE })
          .where('estado', '=', 'PENDIENTE')
          .where('claim_until', '<', now)
          .where(
            'seq',
            'in',
            waiting.map((row) => row.seq),
          )
          .returning(MESSAGE_COLUMNS)
          .execute(),
      guardedByRows,
    );
  }

  /** @throws Error after the rows were released, when Redis did not take them */
  async #sendAndMark(claimed: OutboxMessage[], onSent: (ok: boolean) => void = () => {}): Promise<void> {
    const { jobs, messages } = await this.#buildJobs(claimed);
    try {
      await this.#queues.addBulk(jobs, SEND_DEADLINE);
    } catch (error) {
      onSent(false);
      await this.#release(messages, messageOf(error));
      throw error;
    }
    onSent(true);
    crashPoint('relay.after_add');
    this.#sent.push(...messages);
    this.#markTimer ??= setTimeout(() => {
      this.#marking = this.#markSent();
    }, MARK_AFTER);
  }

  /** A row of which no job can be made is set aside, so that it does not hold up the others. */
  async #buildJobs(claimed: OutboxMessage[]): Promise<{ jobs: OutgoingJob[]; messages: OutboxMessage[] }> {
    const jobs: OutgoingJob[] = [];
    const messages: OutboxMessage[] = [];
    for (const message of claimed) {
      try {
        jobs.push(this.#jobOf(message));
        messages.push(message);
      } catch (error) {
        this.#logger.error(
          { task_id: message.task_id, reason: messageOf(error) },
          'no se puede enviar una tarea; queda apartada',
        );
        await this.#release([message], messageOf(error), Date.now() + SET_ASIDE);
      }
    }
    return { jobs, messages };
  }

  /** Marks what was sent and is not done yet. */
  async #markSent(): Promise<void> {
    clearTimeout(this.#markTimer);
    this.#markTimer = undefined;
    const sent = this.#sent;
    this.#sent = [];
    try {
      for (let first = 0; first < sent.length; first += BATCH)
        await this.#markRest(sent.slice(first, first + BATCH));
    } catch (error) {
      // The lease ends and the rows are sent again: their job ids exist, so nothing runs twice.
      this.#logger.warn({ err: error }, 'el relay no pudo marcar lo enviado');
    }
  }

  async #markRest(messages: OutboxMessage[]): Promise<void> {
    // Looking first costs no write lock.
    const left = await this.#read
      .selectFrom('outbox')
      .select(['seq', 'gen'])
      .where('seq', 'in', seqs(messages))
      .where('estado', '=', 'PENDIENTE')
      .execute();
    if (left.length === 0) return;
    const now = Date.now();
    await this.#unitOfWork.write(async (tx) => {
      // By gen: a worker may have deferred a row meanwhile, which then waits again under a higher one.
      for (const [gen, group] of Map.groupBy(messages, (message) => message.gen)) {
        const marked = await tx
          .updateTable('outbox')
          .set((eb) => ({
            estado: 'ENVIADO',
            enviado: eb.fn.coalesce('enviado', eb.val(now)),
            revisar: now + FIRST_REVIEW,
            error: null,
          }))
          .where('seq', 'in', seqs(group))
          .where('gen', '=', gen)
          .where('estado', '=', 'PENDIENTE')
          .returning(['task_id', 'enviado'])
          .execute();
        // An attempt is told of once, however often it is sent.
        const first = marked.flatMap((row) => (row.enviado === now ? row.task_id : []));
        await insertEncoladas(tx, first, now);
      }
    }, guardedByRows);
  }

  async #release(messages: OutboxMessage[], error: string, disponible?: number): Promise<void> {
    try {
      await this.#unitOfWork.write(
        (tx) =>
          tx
            .updateTable('outbox')
            .set({ claim_until: 0, error, ...(disponible === undefined ? {} : { disponible }) })
            .where('seq', 'in', seqs(messages))
            .execute(),
        guardedByRows,
      );
    } catch (cause) {
      this.#logger.warn({ err: cause }, 'el relay no pudo soltar filas; se liberan al vencer');
    }
  }

  #jobOf(message: OutboxMessage): OutgoingJob {
    const task = findTask(message.nombre);
    return {
      queue: message.cola,
      jobId: jobIdOf(message),
      attempts: task ? attemptsOf(task) : 1,
      envelope: signEnvelope(
        {
          v: 1,
          queue: message.cola,
          name: message.nombre,
          task_id: message.task_id,
          intento: message.intento,
          params: JSON.parse(message.payload) as Record<string, unknown>,
          ...(message.request_id ? { request_id: message.request_id } : {}),
          ...(message.traceparent ? { traceparent: message.traceparent } : {}),
        },
        this.#queueKey(),
      ),
    };
  }
}

/** Derived, so that sending again is recognised; `gen` because a finished id is silently ignored by BullMQ. */
export const jobIdOf = (message: { task_id: string; intento: number; gen: number }): string =>
  `${message.task_id}-${message.intento}-${message.gen}`;

const seqs = (messages: readonly OutboxMessage[]) => messages.map((message) => message.seq);

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
