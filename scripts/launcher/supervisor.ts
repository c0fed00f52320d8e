import { spawn } from 'node:child_process';
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { createInterface } from 'node:readline';
import { backoff } from '@medisupply/shared/lifecycle/backoff';

const RESTART_MS = { first: 250, max: 5_000 };
/** A process that lived this long was healthy: the next restart is quick again (ms). */
const HEALTHY_AFTER_MS = 10_000;

/** One process to keep running. */
export interface ProcessSpec {
  name: string;
  command: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  /** An IPC channel: the process reports `{type: 'ready'}` and ends when we are gone. */
  ipc: boolean;
  /** In a process group of its own, out of reach of the terminal's Ctrl-C. */
  detached?: boolean;
  /** Lines that nobody needs to see. */
  noise?: RegExp;
}

export interface Death {
  reason: string;
  /** Deaths in a row, each before the process was healthy. */
  count: number;
  restartMs: number;
}

/** What the launcher wants to hear of a process. All are called synchronously. */
export interface ProcessEvents {
  started?: (child: ChildProcess) => void;
  line: (line: string) => void;
  message?: (message: unknown) => void;
  died: (death: Death) => void;
}

export interface Supervised {
  readonly name: string;
  readonly pid: number | undefined;
  /** SIGTERM, and SIGKILL after `graceMs`; resolves when the process is gone. Calling it again changes nothing. */
  stop(graceMs: number): Promise<void>;
  /** Replaces the process by a new one, without a backoff. */
  restart(): void;
  /** Ends the process at once; another one takes its place. */
  kill(): void;
}

/** Starts a process and starts it again whenever it ends, with a growing backoff, until it is stopped. */
export function supervise(spec: ProcessSpec, events: ProcessEvents): Supervised {
  let child: ChildProcess | undefined;
  let timer: NodeJS.Timeout | undefined;
  let deaths = 0;
  let replacing = false;
  let stopped: Promise<void> | undefined;

  function start(): void {
    const startedAt = performance.now();
    const stdio: SpawnOptions['stdio'] = ['ignore', 'pipe', 'pipe', ...(spec.ipc ? (['ipc'] as const) : [])];
    const process = spawn(spec.command, spec.args, {
      env: spec.env,
      stdio,
      detached: spec.detached ?? false,
    });
    child = process;
    for (const stream of [process.stdout, process.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', events.line);
    }
    if (events.message) process.on('message', events.message);
    let failure: string | undefined;
    process.once('error', (error) => {
      failure = error.message;
      // A program that could not be started has no exit to wait for.
      if (process.pid === undefined) ended(failure);
    });
    process.once('exit', (code, signal) => ended(failure ?? (signal ? `señal ${signal}` : `código ${code}`)));
    events.started?.(process);

    function ended(reason: string): void {
      child = undefined;
      if (stopped) return;
      if (performance.now() - startedAt >= HEALTHY_AFTER_MS || replacing) deaths = 0;
      const restartMs = replacing ? 0 : backoff(deaths, RESTART_MS);
      if (!replacing) events.died({ reason, count: (deaths += 1), restartMs });
      replacing = false;
      timer = setTimeout(start, restartMs);
    }
  }

  start();
  return {
    name: spec.name,
    get pid() {
      return child?.pid;
    },
    stop(graceMs) {
      clearTimeout(timer);
      stopped ??= endOf(child, graceMs);
      return stopped;
    },
    restart() {
      replacing = child !== undefined;
      child?.kill('SIGTERM');
    },
    kill() {
      child?.kill('SIGKILL');
    },
  };
}

function endOf(child: ChildProcess | undefined, graceMs: number): Promise<void> {
  if (!child?.pid || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const deadline = setTimeout(() => child.kill('SIGKILL'), graceMs);
    child.once('exit', () => {
      clearTimeout(deadline);
      resolve();
    });
    child.kill('SIGTERM');
  });
}
