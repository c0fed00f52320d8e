import { get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from '../terminal/user-error.ts';
import { watchLiveness } from './liveness.ts';
import { prefixed, seconds, step } from './output.ts';
import type { PrivateRedis } from './redis.ts';
import { guardRedis } from './redis.ts';
import type { ProcessSpec, Supervised } from './supervisor.ts';
import { supervise } from './supervisor.ts';

/** Everything may take this long to become ready, not counting the time that it says it has to wait (ms). */
const READY_DEADLINE = 60_000;
const POLL_MS = 50;
/** A process that dies this often before the platform is ready will not start by being tried again. */
const HOPELESS_DEATHS = 3;
/** Services first, then Redis; together less than 25 s. */
const SERVICE_GRACE_MS = 20_000;
const REDIS_GRACE_MS = 4_000;
const LINES_KEPT = 20;

export interface NodeProcess extends ProcessSpec {
  /** Where it answers `/livez` and `/readyz`. */
  url: string;
  /** How long its event loop may stand still (ms). */
  blockedAfter: number;
}

export interface Platform {
  /** Resolves when every process is ready. @throws UserError when one never gets there. */
  ready(): Promise<void>;
  restart(name: string): void;
  /** Stops the services in parallel, then Redis. Calling it again changes nothing. */
  stop(): Promise<void>;
}

export interface PlatformEvents {
  /** Each time that a process of ours was started; Redis has a pid file of its own. */
  started: (name: string, pid: number | undefined) => void;
}

interface Member {
  process: Supervised;
  ready: Promise<void>;
}

/** Starts Redis, if it is ours, and then every process; keeps them running until `stop`. */
export function startPlatform(
  specs: readonly NodeProcess[],
  redis: PrivateRedis | undefined,
  events: PlatformEvents,
): Platform {
  const names = [...(redis ? ['redis'] : []), ...specs.map((spec) => spec.name)];
  const width = Math.max(...names.map((name) => name.length));
  const members = new Map<string, Member>();
  const missing = new Set(names);
  const stopping = new AbortController();
  let everReady = false;
  let waitedAt = performance.now();
  const hopeless = Promise.withResolvers<never>();
  hopeless.promise.catch(() => undefined);

  /** Supervises one process; `isReady` is asked again and again after each start. */
  function run(spec: ProcessSpec | NodeProcess, isReady: () => Promise<boolean>): void {
    const print = prefixed(spec.name, width, names.indexOf(spec.name));
    const lastLines: string[] = [];
    const first = Promise.withResolvers<void>();
    let life = new AbortController();
    let starts = 0;

    const awaitReady = async ({ signal }: AbortController) => {
      while (!signal.aborted && !stopping.signal.aborted) {
        if (await isReady()) {
          missing.delete(spec.name);
          step(`${spec.name} ${starts === 1 ? 'listo' : 'listo de nuevo'}`);
          first.resolve();
          watchLife(signal);
          return;
        }
        await delay(POLL_MS);
      }
    };

    const watchLife = (signal: AbortSignal) => {
      if (!('url' in spec) || process.pid === undefined) return;
      const { url, blockedAfter } = spec;
      const until = AbortSignal.any([signal, stopping.signal]);
      watchLiveness({ pid: process.pid, url: `${url}/livez`, blockedAfter }, until, (reason) => {
        step(`${spec.name} ${reason}; se termina`);
        process.kill();
      });
    };

    const process = supervise(spec, {
      started: (child) => {
        starts += 1;
        life.abort();
        life = new AbortController();
        if (spec === redis?.spec) guardRedis(child);
        else events.started(spec.name, child.pid);
        if (!spec.ipc) void awaitReady(life);
      },
      message: (message) => {
        if (isMessage(message, 'ready')) void awaitReady(life);
        if (isMessage(message, 'waiting')) waitedAt = performance.now();
      },
      line: (line) => {
        lastLines.push(line);
        if (lastLines.length > LINES_KEPT) lastLines.shift();
        if (!spec.noise?.test(line)) print(line);
      },
      died: ({ reason, count, restartMs }) => {
        life.abort();
        step(`${spec.name} terminó (${reason}); se reinicia en ${seconds(restartMs, 2)}`);
        if (everReady || count < HOPELESS_DEATHS) return;
        const said = lastLines.map((line) => `  ${line}`).join('\n');
        hopeless.reject(
          new UserError(
            `${spec.name} no arranca (${reason}, ${count} intentos). Lo último que dijo:\n${said}`,
          ),
        );
      },
    });
    members.set(spec.name, { process, ready: first.promise });
  }

  async function start(): Promise<void> {
    if (redis) {
      run(redis.spec, () => redis.answers());
      await members.get('redis')?.ready;
    }
    if (stopping.signal.aborted) return;
    for (const spec of specs) run(spec, () => answersOk(`${spec.url}/readyz`));
    await Promise.all([...members.values()].map((member) => member.ready));
    everReady = true;
  }

  const started = start();
  let stopped: Promise<void> | undefined;

  async function stop(): Promise<void> {
    stopping.abort();
    const processes = [...members.values()].map((member) => member.process);
    const services = processes.filter((process) => process.name !== 'redis');
    await Promise.all(services.map((process) => process.stop(SERVICE_GRACE_MS)));
    await members.get('redis')?.process.stop(REDIS_GRACE_MS);
  }

  return {
    ready: () =>
      Promise.race([started, hopeless.promise, deadline(missing, () => waitedAt, stopping.signal)]),
    restart: (name) => members.get(name)?.process.restart(),
    stop: () => (stopped ??= stop()),
  };
}

async function deadline(
  missing: ReadonlySet<string>,
  waitedAt: () => number,
  signal: AbortSignal,
): Promise<void> {
  let left = READY_DEADLINE;
  while (left > 0) {
    await delay(left, undefined, { signal, ref: false }).catch(() => undefined);
    if (signal.aborted) return;
    left = waitedAt() + READY_DEADLINE - performance.now();
  }
  throw new UserError(`No están listos después de ${seconds(READY_DEADLINE, 0)}: ${[...missing].join(', ')}`);
}

const isMessage = (message: unknown, type: 'ready' | 'waiting'): boolean =>
  typeof message === 'object' && message !== null && 'type' in message && message.type === type;

function answersOk(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(url, { agent: false, timeout: 1_000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
  });
}
