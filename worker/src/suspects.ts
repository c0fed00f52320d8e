import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { DatabaseBusy } from '@medisupply/shared/db/database-busy';
import type { Logger } from '@medisupply/shared/logging/logger';
import type { Envelope } from '@medisupply/shared/queueing/wire/envelope';
import type { JsonValue } from '@medisupply/shared/queueing/handler';
import { DeferTask, RefusedTask } from '@medisupply/shared/queueing/handler';

/** The processes in which a suspect ran alone died, or stopped answering: it is the task's own doing. */
export class SuspectDied extends Error {}

/** The process died before it began with the task, about which that says nothing. */
export class SuspectNotStarted extends Error {}

/** `cancelled` ends the process, as the task is not wanted any more. */
export type RunSuspect = (envelope: Envelope, cancelled: AbortSignal) => Promise<JsonValue>;

export type SuspectMessage =
  | { type: 'beat' }
  | { type: 'started' }
  | { type: 'done'; result: JsonValue }
  | { type: 'failed'; kind: 'refused' | 'deferred' | 'busy' | 'failed'; message: string; delayMs?: number };

/** So many deaths are the task's own: one may come from outside, as when memory is short. */
const DEATHS_ALONE = 2;

export interface SuspectRunnerOptions {
  program: string;
  /** Id of the worker for which they run. */
  worker: string;
  /** A child without a sign of life for this long is killed (ms). */
  silenceMs: number;
  /** Between two runs of the same suspect (ms). */
  pauseMs?: number;
  logger: Logger;
}

/**
 * Runs suspects one after another, each in a child process, so that neither this worker nor the innocent jobs beside
 * a suspect die with it.
 */
export function createSuspectRunner(options: SuspectRunnerOptions): RunSuspect {
  const { pauseMs = 5_000, logger } = options;
  let last: Promise<unknown> = Promise.resolve();

  async function runUntilSure(envelope: Envelope, cancelled: AbortSignal): Promise<JsonValue> {
    for (let deaths = 1; ; deaths++) {
      try {
        return await runAlone(envelope, options, cancelled);
      } catch (error) {
        if (!(error instanceof SuspectDied) || cancelled.aborted || deaths === DEATHS_ALONE) throw error;
        logger.warn(
          { reason: error.message },
          'una tarea sospechosa murió aparte; se ejecuta aparte otra vez',
        );
        await delay(pauseMs);
      }
    }
  }

  return (envelope, cancelled) => {
    const turn = last.then(() => runUntilSure(envelope, cancelled));
    last = turn.catch(() => {});
    return turn;
  };
}

function runAlone(
  envelope: Envelope,
  { program, worker, silenceMs }: SuspectRunnerOptions,
  cancelled: AbortSignal,
): Promise<JsonValue> {
  if (cancelled.aborted) return Promise.reject(new Error('Tarea cancelada'));
  const child: ChildProcess = fork(program, [worker], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    execArgv: [],
  });
  return new Promise((resolve, reject) => {
    let silence = setTimeout(kill, silenceMs);
    let started = false;
    function kill() {
      child.kill('SIGKILL');
    }
    cancelled.addEventListener('abort', kill, { once: true });
    child.on('message', (message: SuspectMessage) => {
      clearTimeout(silence);
      if (message.type === 'done') return resolve(message.result);
      if (message.type === 'failed') return reject(errorOf(message));
      if (message.type === 'started') started = true;
      silence = setTimeout(kill, silenceMs);
    });
    child.on('error', (error) => reject(new SuspectNotStarted(error.message)));
    child.on('exit', (code, signal) => {
      clearTimeout(silence);
      cancelled.removeEventListener('abort', kill);
      const how = `Su proceso terminó (${signal ?? `código ${code}`})`;
      // Without effect when it told its outcome before.
      reject(
        started
          ? new SuspectDied(`${how} al ejecutarla`)
          : new SuspectNotStarted(`${how} antes de empezarla`),
      );
    });
    child.send(envelope);
  });
}

function errorOf(message: Extract<SuspectMessage, { type: 'failed' }>): Error {
  if (message.kind === 'refused') return new RefusedTask(message.message);
  if (message.kind === 'deferred') return new DeferTask(message.message, message.delayMs ?? 1_000);
  if (message.kind === 'busy') return new DatabaseBusy();
  return new Error(message.message);
}
