import type { QueueClient } from '@medisupply/shared/queueing/wire/queue-client';
import type { LiveWorker } from '@medisupply/shared/contracts/monitor/workers';
import type { Sonda } from '../clients/sonda.client.ts';
import type { Cola } from '@medisupply/shared/contracts/monitor/colas';
import { consultarColas } from '../colas/consultar-colas.ts';
import type { Throughput } from '../colas/throughput.ts';
import type { EstadoRedis } from '@medisupply/shared/contracts/monitor/estado';
import { medirRedis } from '../estado/medir-redis.ts';
import { consultarWorkers } from '../workers/consultar-workers.ts';
import { LOGISTICA, pingLogistica } from './ping-logistica.ts';
import type { EstadoLogistica, Ping } from '@medisupply/shared/contracts/monitor/ping';

export interface LogisticaDependencies {
  queues: QueueClient;
  throughput: Throughput;
  sonda: Sonda;
  logisticaUrl: string;
}

/** What an operator wants to know about logistica: does it answer, and is what it accepts being processed? Never rejects. */
export async function consultarLogistica(deps: LogisticaDependencies): Promise<EstadoLogistica> {
  const [ping, redis, colas, workers] = await Promise.all([
    pingLogistica(deps.sonda, deps.logisticaUrl),
    medirRedis(deps.queues.redis),
    consultarColas(deps.queues, deps.throughput).catch(() => null),
    consultarWorkers(deps.queues.redis).catch(() => null),
  ]);
  const found = { ping, redis: redis.estado, cola: colas?.logistica ?? null, workers: serving(workers) };
  return {
    service: LOGISTICA,
    overall_status: overallOf(found),
    ping_echo: ping,
    broker_status: {
      ...found.redis,
      waiting: found.cola?.waiting ?? null,
      failed: found.cola?.failed ?? null,
      workers: found.workers,
    },
    last_check: new Date().toISOString(),
    recommendations: recommendationsFor(found),
  };
}

interface Found {
  ping: Ping;
  redis: EstadoRedis;
  cola: Cola | null;
  workers: number | null;
}

const serving = (workers: readonly LiveWorker[] | null) =>
  workers?.filter((worker) => worker.queues.includes('logistica')).length ?? null;

function overallOf({ ping, redis, cola, workers }: Found): EstadoLogistica['overall_status'] {
  if (!ping.ping_successful) return 'critical';
  const isProcessing = redis.status === 'connected' && workers !== 0 && cola?.paused !== true;
  return isProcessing ? 'healthy' : 'degraded';
}

function recommendationsFor({ ping, redis, cola, workers }: Found): string[] {
  const found: string[] = [];
  if (ping.status === 'unreachable') found.push('Arranque logistica-inventario o revise LOGISTICA_URL');
  if (ping.status === 'timeout') found.push('Revise la carga y los registros de logistica-inventario');
  if (ping.status === 'degraded' || ping.status === 'error')
    found.push('Revise los registros de logistica-inventario: responde, pero no como debe');
  if (redis.status === 'disconnected')
    found.push('Recupere Redis: las confirmaciones se aceptan y esperan en el outbox hasta entonces');
  if (workers === 0) found.push('Arranque un worker: nadie atiende la cola logistica');
  if (cola?.paused) found.push('Reanude la cola logistica: está en pausa');
  if (cola && cola.failed > 0)
    found.push(`Revise ${cola.failed} trabajo(s) fallido(s) de la cola logistica en Bull Board`);
  return found;
}
