import type { UnitOfWork } from '../../db/unit-of-work.ts';
import type { OpenDatabase } from '../../db/open-database.ts';
import type { Logger } from '../../logging/logger.ts';
import { signEnvelope } from '../wire/envelope.ts';
import type { OutgoingJob, QueueClient } from '../wire/queue-client.ts';
import { attemptsOf } from '../wire/queue-client.ts';
import { findTask } from '../../tasks/registry.ts';
import { crashPoint } from '../../lifecycle/crash-point.ts';
import { insertEncoladas } from '../store/eventos.ts';
import type { OutboxTables } from '../store/tables.ts';
import type { OutboxMessage } from '../store/task-store.ts';
import { MESSAGE_COLUMNS } from '../store/task-store.ts';

/** How long a claimed row belongs to the relay that claimed it (ms). */
export const LEASE = 10_000;
const BATCH = 200;
const SEND_DEADLINE = 2_500;
const BACKOFF = { first: 250, max: 5_000 };
/** A row that cannot be sent is tried again after this (ms). */
const SET_ASIDE = 3_600_000;
/** A sent row is looked at by the reconciler after this (ms). */
const FIRST_REVIEW = 30_000;

export interface RelayOptions {
  database: OpenDatabase<OutboxTables>;
  queues: QueueClient;
  queueKey: string;
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
  readonly #queueKey: string;
  readonly #logger: Logger;
  readonly #pollMs: number;
  #outgoing: Sending[] = [];
  #flush: Promise<void> | undefined;
  #sweep: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  #blockedUntil = 0;
  #stopped = true;
  #offConnected: (() => void) | undefined;

  constructor(options: RelayOptions) {
    this.#unitOfWork = options.database.unitOfWork;
    this.#read = options.database.read;
    this.#queues = options.queues;
    this.#queueKey = options.queueKey;
    this.#logger = options.logger;
    this.#pollMs = options.pollMs;
  }

  /** Starts to look for waiting rows; at once when Redis comes back. */
  start(): void {
    this.#stopped = false;
    this.#offConnected = this.#queues.onConnected(this.#onConnected);
    this.#schedule(0);
  }

  /** Sends what it holds and stops. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#offConnected?.();
    await this.#sweep;
    await this.#flush;
  }

  /** False after a failed send, until one succeeds: a caller then does not wait for it. */
  isHealthy(): boolean {
    return this.#failures === 0 && this.#queues.isConnected();
  }

  /** The lease for a row that the caller inserts and hands to `send` after its commit; 0 leaves it to the poll. */
  claim(now: number): number {
    return this.isHealthy() && !this.#stopped ? now + LEASE : 0;
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
    if (!this.#stopped) this.#schedule(0);
  }

  readonly #onConnected = () => {
    this.#failures = 0;
    this.#blockedUntil = 0;
    this.wake();
  };

  async #flushOutgoing(): Promise<void> {
    await Promise.resolve();
    while (this.#outgoing.length > 0) {
      const sending = this.#outgoing;
      this.#outgoing = [];
      const sent = await this.#sendAndMark(
        sending.map((item) => item.message),
        (ok) => sending.forEach((item) => item.resolve(ok)),
      );
      if (!sent) this.#schedule(BACKOFF.first);
    }
    // In the same step as the check above, so that no row is handed over unseen.
    this.#flush = undefined;
  }

  #schedule(ms: number): void {
    clearTimeout(this.#timer);
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#sweep ??= this.#sweepOnce().finally(() => {
        this.#sweep = undefined;
        this.#schedule(this.#pollMs);
      });
    }, ms);
  }

  async #sweepOnce(): Promise<void> {
    try {
      while (!this.#stopped && Date.now() >= this.#blockedUntil && this.#queues.isConnected()) {
        const messages = await this.#claimWaiting();
        if (messages.length === 0) return;
        crashPoint('relay.after_claim');
        if (!(await this.#sendAndMark(messages, () => {}))) return;
        if (messages.length < BATCH) return;
      }
    } catch (error) {
      this.#logger.warn({ err: error }, 'el relay no pudo leer el outbox');
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
    return this.#unitOfWork.write((tx) =>
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
    );
  }

  async #sendAndMark(claimed: OutboxMessage[], onSent: (ok: boolean) => void): Promise<boolean> {
    const { jobs, messages } = await this.#buildJobs(claimed);
    try {
      await this.#queues.addBulk(jobs, SEND_DEADLINE);
    } catch (error) {
      this.#failures += 1;
      this.#blockedUntil = Date.now() + Math.min(BACKOFF.first * 2 ** (this.#failures - 1), BACKOFF.max);
      if (this.#failures === 1)
        this.#logger.warn(
          { reason: messageOf(error) },
          'el relay no pudo encolar; los envíos esperan en el outbox',
        );
      onSent(false);
      await this.#release(messages, messageOf(error));
      return false;
    }
    this.#failures = 0;
    onSent(true);
    crashPoint('relay.after_add');
    await this.#markSent(messages);
    return true;
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

  async #markSent(messages: OutboxMessage[]): Promise<void> {
    const now = Date.now();
    try {
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
            .returning(['task_id', 'enviado'])
            .execute();
          // An attempt is told of once, however often it is sent.
          const first = marked.flatMap((row) => (row.enviado === now ? row.task_id : []));
          await insertEncoladas(tx, first, now);
        }
      });
    } catch (error) {
      // The lease ends and the row is sent again: its job id exists, so nothing runs twice.
      this.#logger.warn({ err: error }, 'el relay no pudo marcar lo enviado');
    }
  }

  async #release(messages: OutboxMessage[], error: string, disponible?: number): Promise<void> {
    try {
      await this.#unitOfWork.write((tx) =>
        tx
          .updateTable('outbox')
          .set({ claim_until: 0, error, ...(disponible === undefined ? {} : { disponible }) })
          .where('seq', 'in', seqs(messages))
          .execute(),
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
        this.#queueKey,
      ),
    };
  }
}

/** Derived, so that sending again is recognised; `gen` because a finished id is silently ignored by BullMQ. */
export const jobIdOf = (message: { task_id: string; intento: number; gen: number }): string =>
  `${message.task_id}-${message.intento}-${message.gen}`;

const seqs = (messages: readonly OutboxMessage[]) => messages.map((message) => message.seq);

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
