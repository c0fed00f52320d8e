import type { Estado, Worker } from './estado-vivo';

export interface Finding {
  tone: 'bad' | 'wait';
  /** Below `monitor.hallazgo.` in the texts. */
  key: string;
  params: Readonly<Record<string, string | number>>;
  /** Id of the part of the page that shows it. */
  part: 'servicios' | 'redis' | 'colas' | 'workers';
}

/** A worker whose last heartbeat is older is stale; they come every few seconds (ms). */
export const STALE_AFTER = 8_000;
const STUCK_AFTER = 60_000;
const SLOW_LOOP = 500;
/** The policy that queues need: with any other one Redis may evict jobs. */
const POLICY = 'noeviction';

/** The findings, the worst first; none when the platform is healthy. */
export function diagnose(estado: Estado, now: number): Finding[] {
  const found = [...ofRedis(estado), ...ofServices(estado), ...ofDatabases(estado), ...ofQueues(estado)];
  const ofWorkers = estado.workers ? ofLiveWorkers(estado.workers, now) : [];
  return [...found, ...ofWorkers].toSorted((a, b) => Number(b.tone === 'bad') - Number(a.tone === 'bad'));
}

function ofRedis({ redis }: Estado): Finding[] {
  if (redis.status === 'disconnected') return [bad('redis', 'redis_desconectado')];
  return [
    ...(redis.aof === false ? [wait('redis', 'redis_sin_aof')] : []),
    ...(redis.maxmemory_policy !== null && redis.maxmemory_policy !== POLICY
      ? [wait('redis', 'redis_politica', { politica: redis.maxmemory_policy })]
      : []),
  ];
}

const ofServices = ({ servicios }: Estado): Finding[] =>
  Object.entries(servicios)
    .filter(([, { status }]) => status !== 'healthy')
    .map(([servicio, { status }]) =>
      status === 'degraded'
        ? wait('servicios', 'servicio_degradado', { servicio })
        : bad('servicios', 'servicio_caido', { servicio }),
    );

const ofDatabases = ({ bases }: Estado): Finding[] =>
  Object.entries(bases)
    .filter(([, { status }]) => status !== 'ok')
    .map(([base, { error, status }]) => bad('redis', 'base_mal', { base, error: error ?? status }));

function ofQueues({ queues, workers }: Estado): Finding[] {
  return Object.entries(queues ?? {}).flatMap(([cola, { failed, length, paused }]) => {
    const isServed = workers?.some((worker) => worker.queues.some((name) => name === cola)) ?? true;
    return [
      ...(paused ? [wait('colas', 'cola_pausada', { cola })] : []),
      ...(failed > 0 ? [wait('colas', 'cola_fallidos', { cola, cuenta: failed })] : []),
      ...(!isServed && length > 0 ? [bad('colas', 'cola_desatendida', { cola, cuenta: length })] : []),
    ];
  });
}

function ofLiveWorkers(workers: readonly Worker[], now: number): Finding[] {
  if (workers.length === 0) return [bad('workers', 'sin_workers')];
  return workers.flatMap(({ active, event_loop_lag_ms, last_seen, pid }) => {
    const silence = now - Date.parse(last_seen);
    return [
      ...(silence > STALE_AFTER
        ? [wait('workers', 'worker_callado', { pid, segundos: Math.round(silence / 1_000) })]
        : []),
      ...(event_loop_lag_ms > SLOW_LOOP
        ? [wait('workers', 'worker_lento', { pid, ms: Math.round(event_loop_lag_ms) })]
        : []),
      ...active
        .filter(({ started }) => now - Date.parse(started) > STUCK_AFTER)
        .map(({ name, started }) =>
          wait('workers', 'tarea_larga', {
            tarea: name,
            segundos: Math.round((now - Date.parse(started)) / 1_000),
          }),
        ),
    ];
  });
}

const bad = (part: Finding['part'], key: string, params: Finding['params'] = {}): Finding => ({
  tone: 'bad',
  key,
  params,
  part,
});

const wait = (part: Finding['part'], key: string, params: Finding['params'] = {}): Finding => ({
  ...bad(part, key, params),
  tone: 'wait',
});
