import type { FaultSwitches } from '@medisupply/shared/config/environment';
import { diagnosticar } from '../diagnostico/diagnosticar.ts';
import { consultarColas } from '../probes/consultar-colas.ts';
import { consultarWorkers } from '../probes/consultar-workers.ts';
import { medirRedis } from '../probes/medir-redis.ts';
import { medirServicios } from '../probes/medir-servicios.ts';
import type { Probes } from '../probes/probes.ts';
import type { Estado } from '@medisupply/shared/contracts/monitor/estado';
import { fallasInyectadas } from './fallas-inyectadas.ts';

/** Measures everything at the same time. What does not answer is said to be so; it never rejects. */
export async function consultarEstado(probes: Probes, faults: FaultSwitches): Promise<Estado> {
  const [redis, { servicios, bases }, queues, workers] = await Promise.all([
    medirRedis(probes),
    medirServicios(probes),
    consultarColas(probes).catch(() => null),
    consultarWorkers(probes).catch(() => null),
  ]);
  const observado = { redis: redis.estado, servicios, bases, queues, workers };
  const now = Date.now();
  return {
    ...observado,
    diagnostico: diagnosticar(observado, now),
    fallas_inyectadas: fallasInyectadas(faults, workers ?? []),
    celery: { status: brokerStatus(queues), keys_count: redis.claves },
    timestamp: new Date(now).toISOString(),
  };
}

function brokerStatus(queues: Estado['queues']): Estado['celery']['status'] {
  if (!queues) return 'disconnected';
  return Object.values(queues).some((queue) => queue.status === 'active') ? 'active' : 'idle';
}
