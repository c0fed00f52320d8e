import { readdirSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { readText } from './proc.ts';

/** All in ms. */
const LIMITS = {
  look: 1_000,
  /** From here on without an answer, it is looked at whether the process uses a processor. */
  quiet: 2_000,
  /** A process that has neither answered nor used a processor for so long is frozen. */
  frozen: 8_000,
};

export interface Watched {
  pid: number;
  /** Its `/livez`. */
  url: string;
  /** An event loop that stands still for so long will not turn again, however busy the process is (ms). */
  blockedAfter: number;
}

/**
 * Calls `lost` once when a process that did answer does not live any more, with the reason. A frozen process keeps what
 * it holds, a write lock above all, and its own watchdog is frozen with it.
 */
export function watchLiveness(
  watched: Watched,
  signal: AbortSignal,
  lost: (reason: string) => void,
  limits = LIMITS,
): void {
  // One connection for all questions: a new one would stand in the queue of all that clients open.
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let asking = false;
  let looked = performance.now();
  let answered = looked;
  let moved = looked;
  let used: bigint | undefined;

  function ask(): void {
    if (asking) return;
    asking = true;
    const done = () => (asking = false);
    get(watched.url, { agent }, (response) => {
      answered = performance.now();
      response.resume().once('close', done);
    }).once('error', done);
  }

  function look(): void {
    const now = performance.now();
    // Time in which we did not run either, on a machine that is overloaded or slept, says nothing about others.
    const late = Math.max(0, now - looked - limits.look);
    looked = now;
    answered += late;
    moved += late;
    if (now - answered < limits.quiet) {
      moved = now;
      used = undefined;
    } else {
      const before = used;
      used = processorTimeOf(watched.pid);
      if (used === undefined || used !== before) moved = now;
    }
    if (now - moved >= limits.frozen) end('está congelado');
    else if (now - answered >= watched.blockedAfter) end('no responde');
    else ask();
  }

  function end(reason: string): void {
    stop();
    lost(`${reason} desde hace ${Math.round((looked - answered) / 1_000)} s`);
  }

  const timer = setInterval(look, limits.look).unref();
  function stop(): void {
    clearInterval(timer);
    agent.destroy();
  }
  signal.addEventListener('abort', stop, { once: true });
  ask();
}

/** What all threads of a process have used (ns); undefined where the kernel does not tell. */
function processorTimeOf(pid: number): bigint | undefined {
  const folder = `/proc/${pid}/task`;
  try {
    const times = readdirSync(folder).map(
      (thread) => readText(`${folder}/${thread}/schedstat`)?.split(' ')[0],
    );
    return times.includes(undefined) ? undefined : times.reduce((sum, time) => sum + BigInt(time ?? 0), 0n);
  } catch {
    return undefined;
  }
}
