import type { CodigoHallazgo, Hallazgo } from '@medisupply/shared/contracts/diagnostico';
import { wireName } from '@medisupply/shared/services';
import { diagnosticar, gravedad } from '../diagnostico/diagnosticar.ts';
import { consultarColas } from '../probes/consultar-colas.ts';
import { consultarWorkers } from '../probes/consultar-workers.ts';
import { medirRedis } from '../probes/medir-redis.ts';
import type { Probes } from '../probes/probes.ts';
import { LOGISTICA, pingLogistica } from './ping-logistica.ts';
import type { EstadoLogistica, Ping } from '@medisupply/shared/contracts/monitor/ping';

/** The queue that it enqueues into. */
const COLA = 'logistica';

/** What an operator wants to know about logistica: does it answer, and is what it accepts being processed? Never rejects. */
export async function consultarLogistica(probes: Probes): Promise<EstadoLogistica> {
  const [ping, redis, colas, workers] = await Promise.all([
    pingLogistica(probes),
    medirRedis(probes),
    consultarColas(probes).catch(() => null),
    consultarWorkers(probes).catch(() => null),
  ]);
  const cola = colas?.[COLA];
  const serving = workers?.filter((worker) => worker.queues.includes(COLA)) ?? null;
  const now = Date.now();
  const diagnostico = diagnosticar(
    {
      redis: redis.estado,
      servicios: { [LOGISTICA]: { status: serviceStatusOf(ping) } },
      queues: cola ? { [COLA]: cola } : null,
      workers: serving,
    },
    now,
  );
  return {
    service: wireName(LOGISTICA),
    overall_status: gravedad(diagnostico),
    ping_echo: ping,
    broker_status: {
      ...redis.estado,
      waiting: cola?.waiting ?? null,
      failed: cola?.failed ?? null,
      workers: serving?.length ?? null,
      redis_connected: redis.estado.status === 'connected',
      redis_ping: redis.estado.ping,
      queues: colas ?? {},
      timestamp: new Date(now).toISOString(),
    },
    last_check: new Date(now).toISOString(),
    diagnostico,
    recommendations: diagnostico.flatMap(({ code, params }) => RECOMMENDATIONS[code]?.(params) ?? []),
  };
}

/** A ping that is answered with an HTTP error is `degraded` there, and no service that serves. */
const serviceStatusOf = ({ status }: Ping) => (status === 'degraded' ? 'unhealthy' : status);

const RECOMMENDATIONS: Partial<Record<CodigoHallazgo, (params: Hallazgo['params']) => string>> = {
  servicio_caido: ({ estado }) =>
    estado === 'unreachable'
      ? 'Arranque logistica-inventario o revise LOGISTICA_URL'
      : estado === 'timeout'
        ? 'Revise la carga y los registros de logistica-inventario'
        : 'Revise los registros de logistica-inventario: responde, pero no como debe',
  redis_desconectado: () =>
    'Recupere Redis: las confirmaciones se aceptan y esperan en el outbox hasta entonces',
  sin_workers: () => `Arranque un worker: nadie atiende la cola ${COLA}`,
  cola_pausada: () => `Reanude la cola ${COLA}: está en pausa`,
  cola_fallidos: ({ cuenta }) => `Revise ${cuenta} trabajo(s) fallido(s) de la cola ${COLA} en Bull Board`,
};
