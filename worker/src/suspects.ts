import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { Envelope } from '@medisupply/shared/queueing/wire/envelope';
import type { JsonValue } from '@medisupply/shared/queueing/handler';
import { DeferTask, RefusedTask } from '@medisupply/shared/queueing/handler';

/** The process in which a suspect ran alone died, or stopped answering: it is the task's own doing. */
export class SuspectDied extends Error {}

/** `cancelled` ends the process, as the task is not wanted any more. */
export type RunSuspect = (envelope: Envelope, cancelled: AbortSignal) => Promise<JsonValue>;

export type SuspectMessage =
  | { type: 'beat' }
  | { type: 'done'; result: JsonValue }
  | { type: 'failed'; kind: 'refused' | 'deferred' | 'failed'; message: string; delayMs?: number };

/**
 * Runs suspects one after another, each in a child process, so that neither this worker nor the innocent jobs beside
 * a suspect die with it. A child without a sign of life for `silenceMs` is killed.
 */
export function createSuspectRunner(options: { program: string; silenceMs: number }): RunSuspect {
  let last: Promise<unknown> = Promise.resolve();
  return (envelope, cancelled) => {
    const turn = last.then(() => runAlone(envelope, options, cancelled));
    last = turn.catch(() => {});
    return turn;
  };
}

function runAlone(
  envelope: Envelope,
  { program, silenceMs }: { program: string; silenceMs: number },
  cancelled: AbortSignal,
): Promise<JsonValue> {
  if (cancelled.aborted) return Promise.reject(new Error('Tarea cancelada'));
  const child: ChildProcess = fork(program, [], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    execArgv: [],
  });
  return new Promise((resolve, reject) => {
    let silence = setTimeout(kill, silenceMs);
    let settled = false;
    function kill() {
      child.kill('SIGKILL');
    }
    cancelled.addEventListener('abort', kill, { once: true });
    child.on('message', (message: SuspectMessage) => {
      clearTimeout(silence);
      if (message.type === 'beat') {
        silence = setTimeout(kill, silenceMs);
        return;
      }
      settled = true;
      if (message.type === 'done') resolve(message.result);
      else reject(errorOf(message));
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      clearTimeout(silence);
      cancelled.removeEventListener('abort', kill);
      if (!settled)
        reject(new SuspectDied(`Su proceso terminó (${signal ?? `código ${code}`}) al ejecutarla`));
    });
    child.send(envelope);
  });
}

function errorOf(message: Extract<SuspectMessage, { type: 'failed' }>): Error {
  if (message.kind === 'refused') return new RefusedTask(message.message);
  if (message.kind === 'deferred') return new DeferTask(message.message, message.delayMs ?? 1_000);
  return new Error(message.message);
}
