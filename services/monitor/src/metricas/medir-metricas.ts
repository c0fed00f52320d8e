import { cpus, freemem, loadavg, totalmem } from 'node:os';
import { statfs } from 'node:fs/promises';
import type { Kysely } from 'kysely';
import type { EventLoopLag } from '@medisupply/shared/queueing/control/event-loop-lag';
import type { OutboxTables } from '@medisupply/shared/queueing/store/tables';
import { consultarColas } from '../probes/consultar-colas.ts';
import { medirRedis } from '../probes/medir-redis.ts';
import { medirServicios } from '../probes/medir-servicios.ts';
import type { Probes } from '../probes/probes.ts';
import { consultarWorkers } from '../probes/consultar-workers.ts';
import type { LiveWorker } from '@medisupply/shared/contracts/monitor/workers';
import { medirLatencias } from './latencias.ts';
import type { Valores } from './metricas.repository.ts';

/** What is measured besides what the probes ask. */
interface Medidas extends Probes {
  database: { folder: string | undefined };
  /** logistica.db, for reading. */
  tareas: Kysely<OutboxTables>;
  lag: EventLoopLag;
}

/**
 * Every figure that can be had now, by dotted name. What does not answer has no figure: a gap in its series is the
 * truth, a zero would not be.
 */
export async function medirMetricas(context: Medidas, now: number, signal: AbortSignal): Promise<Valores> {
  const figures = await Promise.all([
    figuresOfRedis(context),
    figuresOfServices(context, signal),
    figuresOfQueues(context),
    figuresOfWorkers(context),
    figuresOfHost(context),
    medirLatencias(context.tareas, now),
  ]);
  const all = [...figures, figuresOfProcess(context)];
  return Object.fromEntries(all.flatMap((group) => Object.entries(group)));
}

async function figuresOfRedis(probes: Probes): Promise<Valores> {
  const { estado, claves, info } = await medirRedis(probes);
  const numberOf = (field: string) => Number(info.get(field));
  return onlyNumbers({
    'redis.conectado': estado.status === 'connected' ? 1 : 0,
    'redis.ping_ms': estado.response_time_ms,
    'redis.claves': claves,
    'redis.memoria_bytes': numberOf('used_memory'),
    'redis.clientes': numberOf('connected_clients'),
    'redis.operaciones_por_s': numberOf('instantaneous_ops_per_sec'),
  });
}

async function figuresOfServices(probes: Probes, signal: AbortSignal): Promise<Valores> {
  const { servicios, bases } = await medirServicios(probes, signal);
  return onlyNumbers({
    ...Object.fromEntries(
      Object.entries(servicios).flatMap(([name, { status, response_time_ms }]) => {
        const answers = status === 'healthy' || status === 'degraded';
        return [
          [`servicio.${name}.responde`, answers ? 1 : 0],
          [`servicio.${name}.response_time_ms`, answers ? response_time_ms : null],
        ];
      }),
    ),
    ...Object.fromEntries(
      Object.entries(bases).flatMap(([name, { size, wal_size }]) => [
        [`base.${name}.bytes`, size],
        [`base.${name}.wal_bytes`, wal_size],
      ]),
    ),
  });
}

async function figuresOfQueues(probes: Probes): Promise<Valores> {
  const colas = await consultarColas(probes).catch(() => null);
  if (!colas) return {};
  return onlyNumbers(
    Object.fromEntries(
      Object.entries(colas).flatMap(([name, cola]) =>
        (['waiting', 'active', 'delayed', 'failed', 'throughput'] as const).map((figure) => [
          `cola.${name}.${figure}`,
          cola[figure],
        ]),
      ),
    ),
  );
}

async function figuresOfWorkers(probes: Probes): Promise<Valores> {
  const workers = await consultarWorkers(probes).catch(() => null);
  if (!workers) return {};
  const sum = (of: (worker: LiveWorker) => number) =>
    workers.reduce((total, worker) => total + of(worker), 0);
  return {
    'workers.vivos': workers.length,
    'workers.ocupados': sum((worker) => worker.active.length),
    'workers.rss_bytes': sum((worker) => worker.rss),
    'workers.event_loop_lag_ms': Math.max(0, ...workers.map((worker) => worker.event_loop_lag_ms)),
  };
}

/** The disk is the one of the worker's databases, when they lie on this machine. */
async function figuresOfHost({ database }: Medidas): Promise<Valores> {
  const disk = database.folder === undefined ? undefined : await statfs(database.folder);
  return {
    'equipo.carga_1m': loadavg()[0] ?? 0,
    'equipo.procesadores': cpus().length,
    'equipo.memoria_total_bytes': totalmem(),
    'equipo.memoria_libre_bytes': freemem(),
    ...(disk && { 'equipo.disco_libre_bytes': disk.bavail * disk.bsize }),
  };
}

/** Of the worker process that runs this task. */
function figuresOfProcess({ lag }: Medidas): Valores {
  const { rss, heapUsed } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  return {
    'proceso.rss_bytes': rss,
    'proceso.heap_bytes': heapUsed,
    'proceso.cpu_s': (user + system) / 1e6,
    'proceso.event_loop_lag_ms': lag.read(),
    'proceso.uptime_s': process.uptime(),
  };
}

function onlyNumbers(values: Readonly<Record<string, number | null>>): Valores {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, number] => Number.isFinite(entry[1])),
  );
}
