import type { Colas } from '@medisupply/shared/contracts/monitor/colas';
import { consultarColas } from '../probes/consultar-colas.ts';
import type { Probes } from '../probes/probes.ts';
import { consultarWorkers } from '../probes/consultar-workers.ts';
import type { LiveWorker } from '@medisupply/shared/contracts/monitor/workers';
import { ephemeral } from './evento.presenter.ts';

/** After an outage of Redis the workers need a moment to report again (ms). */
const WORKERS_RETURN = 8_000;

/** Queue counts, workers that come and go, and Redis itself: asked once for all clients. */
export interface LiveFigures {
  /** Asks now and emits what changed. Never rejects. */
  poll(): Promise<void>;
  /** What a new client is told first. */
  current(): { redis: string; colas: string };
  /** Nobody listens any more: what happens meanwhile is not told later. */
  forget(): void;
}

const now = () => new Date().toISOString();

export function createLiveFigures(
  probes: Pick<Probes, 'queues' | 'liveKey' | 'throughput'>,
  emit: (text: string) => void,
): LiveFigures {
  let connected: boolean | undefined;
  let connectedSince = -Infinity;
  let colas: Colas | undefined;
  let workers: ReadonlyMap<string, LiveWorker> | undefined;

  const redisEvent = (): string =>
    ephemeral('redis', {
      estado: (connected ?? probes.queues.isConnected()) ? 'conectado' : 'desconectado',
      timestamp: now(),
    });
  const colasEvent = (): string =>
    colas === undefined ? '' : ephemeral('colas', { queues: colas, timestamp: now() });

  function setConnected(value: boolean): void {
    if (connected === value) return;
    const first = connected === undefined;
    connected = value;
    if (value && !first) connectedSince = performance.now();
    if (!first) emit(redisEvent());
  }

  function setColas(found: Colas): void {
    const changed = countsOf(found) !== countsOf(colas);
    colas = found;
    if (changed) emit(colasEvent());
  }

  function setWorkers(found: readonly LiveWorker[]): void {
    const alive = new Map(found.map((worker) => [worker.id, worker]));
    const before = workers;
    const returning = performance.now() - connectedSince < WORKERS_RETURN;
    const away = [...(before ?? [])].filter(([id]) => !alive.has(id));
    // During the moment of grace an absent one is not forgotten, so that it is neither down nor up again.
    workers = returning ? new Map([...away, ...alive]) : alive;
    if (before === undefined) return;
    for (const [id, worker] of alive) if (!before.has(id)) emit(workerEvent(worker, 'up'));
    if (!returning) for (const [, worker] of away) emit(workerEvent(worker, 'down'));
  }

  return {
    async poll() {
      const [foundColas, foundWorkers] = await Promise.allSettled([
        consultarColas(probes),
        consultarWorkers(probes),
      ]);
      setConnected(foundColas.status === 'fulfilled');
      if (foundColas.status === 'fulfilled') setColas(foundColas.value);
      if (foundWorkers.status === 'fulfilled') setWorkers(foundWorkers.value);
    },
    current: () => ({ redis: redisEvent(), colas: colasEvent() }),
    forget() {
      connected = undefined;
      colas = undefined;
      workers = undefined;
    },
  };
}

const workerEvent = ({ id, host, pid }: LiveWorker, estado: 'up' | 'down'): string =>
  ephemeral('worker', { id, host, pid, estado, timestamp: now() });

/** The rate changes with every second that passes: alone it is no news. */
const countsOf = (colas: Colas | undefined): string =>
  JSON.stringify(colas, (key, value: unknown) => (key === 'throughput' ? undefined : value));
