import type { FaultSwitches } from '@medisupply/shared/config/environment';
import type { QueueClient } from '@medisupply/shared/queueing/wire/queue-client';
import type { Sonda } from '../clients/sonda.client.ts';
import { consultarColas } from '../colas/consultar-colas.ts';
import type { Throughput } from '../colas/throughput.ts';
import { consultarWorkers } from '../workers/consultar-workers.ts';
import type { Estado } from '@medisupply/shared/contracts/monitor/estado';
import { fallasInyectadas } from './fallas-inyectadas.ts';
import { medirBases } from './medir-bases.ts';
import { medirRedis } from './medir-redis.ts';
import type { Servicios } from './medir-servicios.ts';
import { medirServicios } from './medir-servicios.ts';

export interface EstadoDependencies {
  queues: QueueClient;
  throughput: Throughput;
  sonda: Sonda;
  servicios: Servicios;
  dataDir: string;
  faults: FaultSwitches;
}

/** Measures everything at the same time. What does not answer is said to be so; it never rejects. */
export async function consultarEstado(deps: EstadoDependencies): Promise<Estado> {
  const [redis, servicios, queues, workers] = await Promise.all([
    medirRedis(deps.queues.redis),
    medirServicios(deps.sonda, deps.servicios),
    consultarColas(deps.queues, deps.throughput).catch(() => null),
    consultarWorkers(deps.queues.redis).catch(() => null),
  ]);
  return {
    redis: redis.estado,
    servicios,
    bases: medirBases(deps.dataDir),
    queues,
    workers,
    fallas_inyectadas: fallasInyectadas(deps.faults, workers ?? []),
    celery: { status: brokerStatus(queues), keys_count: redis.claves },
    timestamp: new Date().toISOString(),
  };
}

function brokerStatus(queues: Estado['queues']): Estado['celery']['status'] {
  if (!queues) return 'disconnected';
  return Object.values(queues).some((queue) => queue.status === 'active') ? 'active' : 'idle';
}
