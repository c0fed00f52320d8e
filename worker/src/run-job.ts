import type { Job } from 'bullmq';
import { UnrecoverableError } from 'bullmq';
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
} from '@medisupply/shared/queueing/store/task-store';
import { tipoOf } from '@medisupply/shared/tasks/define-task';
import type { TaskDeclaration } from '@medisupply/shared/tasks/define-task';
import type { Envelope } from '@medisupply/shared/queueing/wire/envelope';
import { verifyEnvelope } from '@medisupply/shared/queueing/wire/envelope';
import type { JsonValue } from '@medisupply/shared/queueing/handler';
import { DeferTask, RefusedTask } from '@medisupply/shared/queueing/handler';
import type { Tx } from '@medisupply/shared/db/unit-of-work';
import type { Cancellations } from './cancellations.ts';
import type { BoundHandler } from './executor.ts';
import { execute } from './executor.ts';
import type { RunSuspect } from './suspects.ts';
import { SuspectDied } from './suspects.ts';

/** A task under which its worker died this often is run alone, in a process of its own. */
const DEATHS_TO_SUSPECT = 3;

export interface JobRunnerOptions {
  database: OpenDatabase<OutboxTables>;
  handlers: ReadonlyMap<string, BoundHandler>;
  queueKey: string;
  logistica: ServiceClient;
  cancellations: Cancellations;
  runSuspect: RunSuspect;
  onDead: (tx: Tx<OutboxTables>, taskId: string, reason: string) => Promise<void>;
  logger: Logger;
}

/** Not genuine, or not ours: it is set aside and not tried again. */
export class QuarantinedJob extends UnrecoverableError {}

/** What a job leaves in BullMQ as its return value. */
export type JobOutcome = JsonValue;

/** Runs one job of a queue to its outcome; throws only what BullMQ shall try again. */
export function createJobRunner(options: JobRunnerOptions): (job: Job) => Promise<JobOutcome> {
  const { database, logger } = options;
  const { unitOfWork, read } = database;

  async function runJob(job: Job): Promise<JobOutcome> {
    const envelope = verifyEnvelope(job.data, { queue: job.queueName, name: job.name }, options.queueKey);
    const bound = envelope ? options.handlers.get(envelope.name) : undefined;
    if (!envelope || !bound) {
      const motivo = envelope ? 'tarea sin manejador' : 'sobre sin firma válida';
      await unitOfWork.write((tx) =>
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
      // Reading first saves a duplicate the work; the insert that decides is in the transaction of the effect.
      if (await isProcessed(read, envelope.task_id)) return 'DUPLICATE';
      if (deathsOf(job) >= DEATHS_TO_SUSPECT) {
        logger.warn(
          { task_id: envelope.task_id, muertes: deathsOf(job) },
          'tarea sospechosa: se ejecuta aparte',
        );
        return await options.runSuspect(envelope, cancelled.signal);
      }
      return await execute({ database, logger }, bound, envelope, cancelled.signal);
    } catch (error) {
      return await afterFailure(job, envelope, bound.handler.task, error);
    } finally {
      cancelled.release();
    }
  }

  async function afterFailure(
    job: Job,
    envelope: Envelope,
    task: TaskDeclaration,
    error: unknown,
  ): Promise<JobOutcome> {
    const { task_id } = envelope;
    const reason = messageOf(error);
    if (await isProcessed(read, task_id)) return error instanceof RefusedTask ? 'REFUSED' : 'ENDED';
    if (error instanceof DeferTask) {
      await unitOfWork.write((tx) => deferMessage(tx, task_id, Date.now() + error.delayMs));
      return 'DEFERRED';
    }
    if (error instanceof RefusedTask) {
      await unitOfWork.write((tx) =>
        failTask(tx, task_id, { estado: 'FAILURE', error: reason, evento: 'rechazada', now: Date.now() }),
      );
      return 'REFUSED';
    }
    if (error instanceof SuspectDied) {
      logger.error({ reason }, 'la tarea mata a su proceso; queda muerta');
      await unitOfWork.write((tx) => options.onDead(tx, task_id, reason));
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
      await unitOfWork.write((tx) =>
        markRetrying(tx, envelope.task_id, { intento: job.attemptsMade + 1, error: reason, now }),
      );
      throw error;
    }
    await unitOfWork.write((tx) =>
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
