import { SERVICES } from '@medisupply/shared/services';
import type { CodigoHallazgo, Hallazgo, Severity } from '@medisupply/shared/contracts/diagnostico';
import { SEVERITIES } from '@medisupply/shared/contracts/diagnostico';
import { STALE_AFTER_MS } from '@medisupply/shared/contracts/vocabulary';
import type { LiveWorker } from '@medisupply/shared/contracts/monitor/workers';
import type { Cola } from '@medisupply/shared/contracts/monitor/colas';
import type { EstadoBase, EstadoRedis, EstadoServicio } from '@medisupply/shared/contracts/monitor/estado';

/** What was found out. What is absent was not asked, and is not judged; neither is what Redis did not tell (null). */
export interface Observado {
  redis?: EstadoRedis;
  servicios?: Readonly<Record<string, Pick<EstadoServicio, 'status'>>>;
  bases?: Readonly<Record<string, EstadoBase>>;
  queues?: Readonly<Record<string, Cola>> | null;
  workers?: readonly LiveWorker[] | null;
}

const STUCK_AFTER = 60_000;
const SLOW_LOOP = 500;
/** The policy that queues need: with any other one Redis may evict jobs. */
const POLICY = 'noeviction';

const SEVERITY = {
  servicio_caido: 'critical',
  base_mal: 'critical',
  redis_desconectado: 'critical',
  sin_workers: 'degraded',
  cola_desatendida: 'degraded',
  servicio_degradado: 'warning',
  cola_pausada: 'warning',
  redis_sin_aof: 'notice',
  redis_politica: 'notice',
  cola_fallidos: 'notice',
  worker_callado: 'notice',
  worker_lento: 'notice',
  tarea_larga: 'notice',
} as const satisfies Record<CodigoHallazgo, Severity>;

/** The one judge of the platform's health: its findings, the worst first; none when the platform is healthy. */
export function diagnosticar(observado: Observado, now: number): Hallazgo[] {
  const { redis, servicios = {}, bases = {}, queues, workers } = observado;
  return [
    ...Object.entries(servicios).flatMap(([servicio, { status }]) => ofService(servicio, status)),
    ...(redis ? ofRedis(redis) : []),
    ...Object.entries(bases).flatMap(([base, estado]) => ofDatabase(base, estado, servicios)),
    ...Object.entries(queues ?? {}).flatMap(([cola, counts]) =>
      ofQueue(
        cola,
        counts,
        workers?.filter((worker) => silenceOf(worker, now) <= STALE_AFTER_MS),
      ),
    ),
    ...(workers ? ofWorkers(workers, now) : []),
  ].toSorted((a, b) => rank(a) - rank(b));
}

const rank = ({ severity }: Hallazgo): number => SEVERITIES.indexOf(severity);

const found = (code: CodigoHallazgo, params: Hallazgo['params'] = {}): Hallazgo => ({
  code,
  severity: SEVERITY[code],
  params,
});

function ofRedis({ status, aof, maxmemory_policy }: EstadoRedis): Hallazgo[] {
  if (status === 'disconnected') return [found('redis_desconectado')];
  return [
    ...(aof === false ? [found('redis_sin_aof')] : []),
    ...(maxmemory_policy !== null && maxmemory_policy !== POLICY
      ? [found('redis_politica', { politica: maxmemory_policy })]
      : []),
  ];
}

function ofService(servicio: string, estado: EstadoServicio['status']): Hallazgo[] {
  if (estado === 'healthy') return [];
  if (estado === 'degraded') return [found('servicio_degradado', { servicio })];
  return [found('servicio_caido', { servicio, estado })];
}

function ofDatabase(
  base: string,
  { status, error }: EstadoBase,
  servicios: NonNullable<Observado['servicios']>,
): Hallazgo[] {
  const owner = SERVICES.find(({ database }) => database === base)?.name ?? '';
  const estado = servicios[owner]?.status;
  // Who is down tells nothing of its database, and is a finding already.
  const isSilent = estado !== undefined && estado !== 'healthy' && estado !== 'degraded';
  return status === 'ok' || isSilent ? [] : [found('base_mal', { base, error: error ?? status })];
}

function ofQueue(cola: string, { failed, length, paused }: Cola, workers: Observado['workers']): Hallazgo[] {
  const isServed = workers?.some((worker) => worker.queues.some((name) => name === cola)) ?? true;
  return [
    ...(paused ? [found('cola_pausada', { cola })] : []),
    ...(failed > 0 ? [found('cola_fallidos', { cola, cuenta: failed })] : []),
    ...(!isServed && length > 0 ? [found('cola_desatendida', { cola, cuenta: length })] : []),
  ];
}

function ofWorkers(workers: readonly LiveWorker[], now: number): Hallazgo[] {
  const isSilent = (worker: LiveWorker) => silenceOf(worker, now) > STALE_AFTER_MS;
  // One that was killed leaves its last heartbeat behind for a moment: it serves nothing.
  const nobody = workers.every(isSilent) ? [found('sin_workers')] : [];
  const each = workers.flatMap((worker) => {
    const { active, event_loop_lag_ms, pid } = worker;
    const silence = silenceOf(worker, now);
    const stuck = active.filter(({ started }) => now - Date.parse(started) > STUCK_AFTER);
    return [
      ...(isSilent(worker) ? [found('worker_callado', { pid, segundos: seconds(silence) })] : []),
      ...(event_loop_lag_ms > SLOW_LOOP
        ? [found('worker_lento', { pid, ms: Math.round(event_loop_lag_ms) })]
        : []),
      ...stuck.map(({ name, started }) =>
        found('tarea_larga', { tarea: name, segundos: seconds(now - Date.parse(started)) }),
      ),
    ];
  });
  return [...nobody, ...each];
}

const silenceOf = ({ last_seen }: LiveWorker, now: number): number => now - Date.parse(last_seen);

const seconds = (ms: number): number => Math.round(ms / 1_000);

/** All findings in one word. */
export function gravedad(hallazgos: readonly Hallazgo[]): 'healthy' | 'degraded' | 'critical' {
  const severities = new Set(hallazgos.map(({ severity }) => severity));
  if (severities.has('critical')) return 'critical';
  return severities.has('degraded') || severities.has('warning') ? 'degraded' : 'healthy';
}
