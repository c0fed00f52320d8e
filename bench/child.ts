import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A program of the benchmark in a process of its own. */
export interface Child {
  pid: number;
  /** What it said when it was ready. */
  ready: unknown;
  /** Sends a message and resolves with the answer. @throws Error when the child failed or ended */
  ask<T>(message: unknown): Promise<T>;
  close(): Promise<void>;
}

/** As the platform's own processes are started. */
const NODE_FLAGS = ['--max-semi-space-size=4'];

/** Starts `file` (relative to this folder), which sends a first message when it is ready. */
export async function startChild(file: string, args: readonly string[] = []): Promise<Child> {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), args, {
    execArgv: NODE_FLAGS,
    serialization: 'advanced',
  });
  const ready = await nextMessage(child, file);
  return {
    pid: child.pid ?? 0,
    ready,
    async ask<T>(message: unknown) {
      const answer = nextMessage(child, file);
      child.send(message as object);
      return (await answer) as T;
    },
    async close() {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}

async function nextMessage(child: ChildProcess, file: string): Promise<unknown> {
  const given = new AbortController();
  try {
    return await Promise.race([
      once(child, 'message', given).then(([message]) => message as unknown),
      once(child, 'exit', given).then(([code]) => {
        throw new Error(`${file} ended (${String(code)})`);
      }),
    ]);
  } finally {
    given.abort();
  }
}
