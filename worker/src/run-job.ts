import { setTimeout as delay } from 'node:timers/promises';
import type { Job } from 'bullmq';
import { DelayedError, UnrecoverableError } from 'bullmq';
import type { OpenDatabase } from '@medisupply/shared/db/open-database';
import type { ServiceClient } from '@medisupply/shared/http/service-client';
import type { Logger } from '@medisupply/shared/logging/logger';
import { logContext } from '@medisupply/shared/logging/logger';
import type { OutboxTables } from '@medisupply/shared/queueing/store/tables';
import {
  deferMessage,
  failTask,
  isProcessed,
  markRetrying,
  quarantine,
  resendMessage,
} from '@medisupply/shared/queueing/store/task-store';
import { tipoOf } from '@medisupply/shared/tasks/define-task';
import type { TaskDeclaration } from '@medisupply/shared/tasks/define-task';
import type { Envelope } from '@medisupply/shared/queueing/wire/envelope';
import { verifyEnvelope } from '@medisupply/shared/queueing/wire/envelope';
import type { QueueKeys } from '@medisupply/shared/queueing/wire/queue-keys';
import type { JsonValue } from '@medisupply/shared/queueing/handler';
import { DeferTask, RefusedTask } from '@medisupply/shared/queueing/handler';
import type { Tx } from '@medisupply/shared/db/unit-of-work';
import { DatabaseBusy } from '@medisupply/shared/db/database-busy';
import type { Cancellations } from './cancellations.ts';
import type { BoundHandler } from './executor.ts';
import { execute } from './executor.ts';
import type { RunSuspect } from './suspects.ts';
import { SuspectDied, SuspectNotStarted } from './suspects.ts';

/** A task under which its worker died this often is run alone, in a process of its own. */
const DEATHS_TO_SUSPECT = 3;
/** Before what found the database busy is tried again; a file that is locked has been waited for besides (ms). */
const BUSY_PAUSE = 500;
/** A suspect whose process could not begin is looked at again after this (ms). */
const SUSPECT_WAIT = 5_000;

export interface JobRunnerOptions {
  database: OpenDatabase<OutboxTables>;
  handlers: ReadonlyMap<string, BoundHandler>;
  queueKeys: QueueKeys;
  logistica: ServiceClient;
  cancellations: Cancellations;
  runSuspect: RunSuspect;
  onDead: (tx: Tx<OutboxTables>, taskId: string, reason: string) => Promise<void>;
  logger: Logger;
  /** Id of this worker. */
  worker: string;
}

/** Not genuine, or not ours: it is set aside and not tried again. */
export class QuarantinedJob extends UnrecoverableError {}

/** What a job leaves in BullMQ as its return value. */
export type JobOutcome = JsonValue;

/** Runs one job of a queue to its outcome; throws only what BullMQ shall try again. */
export function createJobRunner(options: JobRunnerOptions): (job: Job) => Promise<JobOutcome> {
  const { database, logger, worker } = options;
  const { read } = database;

  /** Repeats what found the database busy, however long: that is no attempt. */
  async function outwait<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof DatabaseBusy)) throw error;
        logger.warn({ reason: error.message }, 'no se puede usar la base de datos; la tarea espera');
        await delay(BUSY_PAUSE);
      }
    }
  }

  const write = <T>(fn: (tx: Tx<OutboxTables>) => Promise<T>): Promise<T> =>
    outwait(() => database.unitOfWork.write(fn));

  async function runJob(job: Job): Promise<JobOutcome> {
    const place = { queue: job.queueName, name: job.name };
    const envelope = verifyEnvelope(job.data, place, options.queueKeys.current());
    if (!envelope && options.queueKeys.replaced().some((key) => verifyEnvelope(job.data, place, key))) {
      await write((tx) => resendMessage(tx, job.id ?? '', Date.now()));
      return 'KEY_REPLACED';
    }
    const bound = envelope ? options.handlers.get(envelope.name) : undefined;
    if (!envelope || !bound) {
      const motivo = envelope ? 'tarea sin manejador' : 'sobre sin firma válida';
      await write((tx) =>
        quarantine(tx, { cola: job.queueName, job_id: job.id ?? '', nombre: job.name, motivo }, logger),
      );
      throw new QuarantinedJob(motivo);
    }
    const { request_id, traceparent, task_id } = envelope;
    return logContext.run(
      { task_id, ...(request_id ? { request_id } : {}), ...(traceparent ? { traceparent } : {}) },
      () => runGenuine(job, envelope, bound),
    );
  }

  async function runGenuine(job: Job, envelope: Envelope, bound: BoundHandler): Promise<JobOutcome> {
    // Watched before it is read, so that no cancellation falls in between.
    const cancelled = options.cancellations.watch(envelope.task_id);
    try {
      return await outwait(() => attempt(job, envelope, bound, cancelled.signal));
    } catch (error) {
      return await afterFailure(job, envelope, bound.handler.task, error);
    } finally {
      cancelled.release();
    }
  }

  async function attempt(
    job: Job,
    envelope: Envelope,
    bound: BoundHandler,
    cancelled: AbortSignal,
  ): Promise<JobOutcome> {
    // Reading first saves a duplicate the work; the insert that decides is in the transaction of the effect.
    if (await isProcessed(read, envelope.task_id)) return 'DUPLICATE';
    if (deathsOf(job) < DEATHS_TO_SUSPECT)
      return execute({ database, logger, worker }, bound, envelope, cancelled, job.timestamp);
    logger.warn({ task_id: envelope.task_id, muertes: deathsOf(job) }, 'tarea sospechosa: se ejecuta aparte');
    return options.runSuspect(envelope, cancelled);
  }

  async function afterFailure(
    job: Job,
    envelope: Envelope,
    task: TaskDeclaration,
    error: unknown,
  ): Promise<JobOutcome> {
    const { task_id } = envelope;
    const reason = messageOf(error);
    if (await outwait(() => isProcessed(read, task_id)))
      return error instanceof RefusedTask ? 'REFUSED' : 'ENDED';
    if (error instanceof DeferTask) {
      await write((tx) => deferMessage(tx, task_id, Date.now() + error.delayMs));
      return 'DEFERRED';
    }
    if (error instanceof RefusedTask) {
      // Nobody wrote what follows from it: a confirmation must not wait for ever for a task that ended.
      await write((tx) => options.onDead(tx, task_id, reason));
      return 'REFUSED';
    }
    if (error instanceof SuspectNotStarted) {
      logger.warn({ reason }, 'no se pudo ejecutar aparte una tarea sospechosa; se repite');
      // In BullMQ, which keeps the count of deaths: under a new job id it would not be a suspect any more.
      await job.moveToDelayed(Date.now() + SUSPECT_WAIT, job.token);
      throw new DelayedError();
    }
    if (error instanceof SuspectDied) {
      logger.error({ reason }, 'la tarea mata a su proceso; queda muerta');
      await write((tx) => options.onDead(tx, task_id, reason));
      return 'DEAD';
    }
    logger.warn({ tarea: task.name, intento: envelope.intento, reason }, 'el intento falló');
    return task.retry.via === 'api'
      ? retryThroughApi(envelope, error)
      : retryThroughQueue(job, envelope, task, error);
  }

  /** The documented retry: worker → logistica's POST /tareas → outbox. Without an answer BullMQ's attempts are the second net. */
  async function retryThroughApi(envelope: Envelope, error: unknown): Promise<JobOutcome> {
    const answer = await options.logistica.post('/tareas', {
      ...envelope.params,
      tipo: tipoOf({ name: envelope.name }),
      task_id: envelope.task_id,
      _retry_count: envelope.intento + 1,
    });
    if (answer.ok && answer.status === 202) return 'RETRY_SUBMITTED';
    if (answer.ok && answer.status === 409) return 'RETRY_REFUSED';
    throw error;
  }

  async function retryThroughQueue(
    job: Job,
    envelope: Envelope,
    task: TaskDeclaration,
    error: unknown,
  ): Promise<never> {
    const reason = messageOf(error);
    const now = Date.now();
    if (job.attemptsMade + 1 < task.retry.max) {
      await write((tx) =>
        markRetrying(tx, envelope.task_id, { intento: job.attemptsMade + 1, error: reason, now }),
      );
      throw error;
    }
    await write((tx) =>
      failTask(tx, envelope.task_id, { estado: 'FAILURE', error: reason, evento: 'fallida', now }),
    );
    throw new UnrecoverableError(reason);
  }

  return runJob;
}

/** How often a worker died under the job: it was started, and neither returned nor threw. */
export const deathsOf = (job: Job): number => job.attemptsStarted - 1 - job.attemptsMade;

const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).slice(0, 1_000);
