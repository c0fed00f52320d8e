import { z } from 'zod';
import { isoTime } from '@medisupply/shared/contracts/fields';
import { DatabaseBusy } from '@medisupply/shared/db/database-busy';
import type { OpenDatabase } from '@medisupply/shared/db/open-database';
import { guardedByRows } from '@medisupply/shared/db/unit-of-work';
import type { Logger } from '@medisupply/shared/logging/logger';
import type { OutboxTables } from '@medisupply/shared/queueing/store/tables';
import { completeTask, markStarted, setProgress } from '@medisupply/shared/queueing/store/task-store';
import type { Envelope } from '@medisupply/shared/queueing/wire/envelope';
import { RefusedTask } from '@medisupply/shared/queueing/handler';
import type { JsonValue, TaskHandler, TaskRun } from '@medisupply/shared/queueing/handler';

/** A task that takes longer than this is written down as STARTED (ms); shorter ones cost no extra write. */
const STARTED_AFTER = 100;
/** After its time limit a handler may take this long to notice (ms). */
const GRACE = 5_000;

/** A handler with the context of its service. */
export interface BoundHandler {
  handler: TaskHandler;
  context: unknown;
}

export class TimeLimitError extends Error {}

export interface ExecutorOptions {
  database: OpenDatabase<OutboxTables>;
  logger: Logger;
  worker: string;
}

/**
 * Runs one handler once: parses the parameters, enforces the time limit, and commits the result with the fact that the
 * task is done — unless the handler did so itself, together with its effect.
 */
export async function execute(
  { database, logger, worker }: ExecutorOptions,
  { handler, context }: BoundHandler,
  envelope: Envelope,
  cancelled: AbortSignal,
  enqueued?: number,
): Promise<JsonValue> {
  const { unitOfWork } = database;
  const { task } = handler;
  const params = task.params.safeParse(envelope.params);
  if (!params.success) throw new RefusedTask(`Parámetros no válidos: ${z.prettifyError(params.error)}`);
  const end = endOf(task.timeLimit, cancelled);
  const run: TaskRun = {
    task_id: envelope.task_id,
    intento: envelope.intento,
    started: Date.now(),
    ...(enqueued === undefined ? {} : { enqueued }),
    signal: end.signal,
    logger,
    worker,
    settled: false,
    progress: (percent) =>
      unitOfWork.write(
        (tx) => setProgress(tx, envelope.task_id, Math.max(0, Math.min(100, percent))),
        guardedByRows,
      ),
  };
  const started = setTimeout(() => {
    void unitOfWork
      .write((tx) => markStarted(tx, run), guardedByRows)
      .catch((error: unknown) => {
        logger.warn({ err: error }, 'no se pudo anotar el inicio de la tarea');
      });
  }, STARTED_AFTER);
  try {
    const result = withOrigin(await obeying(handler.handle(params.data, run, context), run.signal), worker);
    if (!run.settled) await unitOfWork.write((tx) => completeTask(tx, run, result), guardedByRows);
    return result;
  } catch (error) {
    if (end.isOver() && !(error instanceof DatabaseBusy))
      throw new TimeLimitError(`Superó su límite de ${task.timeLimit / 1_000} s`, { cause: error });
    throw error;
  } finally {
    clearTimeout(started);
    end.release();
  }
}

/** A signal that fires when the time is over or the task is cancelled; plain timers, as each short task makes one. */
function endOf(timeLimit: number, cancelled: AbortSignal) {
  const controller = new AbortController();
  let over = false;
  const timer = setTimeout(() => {
    over = true;
    controller.abort(new DOMException('Se acabó el tiempo de la tarea', 'TimeoutError'));
  }, timeLimit);
  const onCancelled = () => controller.abort(cancelled.reason);
  if (cancelled.aborted) onCancelled();
  else cancelled.addEventListener('abort', onCancelled, { once: true });
  return {
    signal: controller.signal,
    isOver: () => over,
    release() {
      clearTimeout(timer);
      cancelled.removeEventListener('abort', onCancelled);
    },
  };
}

/** When and by whom; a handler that says so itself is right. */
const withOrigin = (result: JsonValue, worker: string): JsonValue =>
  typeof result === 'object' && result !== null && !Array.isArray(result)
    ? { timestamp: isoTime(Date.now()), worker, ...result }
    : result;

/** A handler that ignores its signal has failed all the same; what it still does is on its own. */
function obeying<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () =>
      setTimeout(() => reject(new Error('el manejador no obedeció a la señal')), GRACE).unref();
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
