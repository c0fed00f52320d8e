import type { MonitorTaskContext } from '../tasks/context.ts';
import { consultarWorkers } from '../workers/consultar-workers.ts';
import type { EstadoBase, EstadoRedis, EstadoServicio } from '@medisupply/shared/contracts/monitor/estado';
import { medirBases } from './medir-bases.ts';
import { medirRedis } from './medir-redis.ts';
import { medirServicios } from './medir-servicios.ts';

/** A type, not an interface: the result of a task is a JSON value. */
export type Salud = {
  status: 'healthy' | 'degraded' | 'critical';
  /** One sentence each. */
  problemas: string[];
  redis: EstadoRedis;
  servicios: Record<string, EstadoServicio>;
  bases: Record<string, EstadoBase>;
  /** Alive; null when Redis does not tell. */
  workers: number | null;
  timestamp: string;
};

/** Really asks Redis, each service, each database and for the workers. What does not answer is a finding. */
export async function comprobarSalud(context: MonitorTaskContext, signal: AbortSignal): Promise<Salud> {
  const [redis, servicios, workers] = await Promise.all([
    medirRedis(context.queues.redis),
    medirServicios(context.sonda, context.servicios, signal),
    consultarWorkers(context.queues.redis).catch(() => null),
  ]);
  const bases = medirBases(context.dataDir);
  const critical = [
    ...Object.entries(servicios)
      .filter(([, { status }]) => status !== 'healthy' && status !== 'degraded')
      .map(([name, { status }]) => `El servicio ${name} no responde bien (${status})`),
    ...Object.entries(bases)
      .filter(([, { status }]) => status !== 'ok')
      .map(([name, { status }]) => `La base ${name} no se puede leer (${status})`),
  ];
  const degraded = [
    ...(redis.estado.status === 'connected' ? [] : ['Redis no responde']),
    ...(workers?.length === 0 ? ['No hay ningún worker vivo'] : []),
    ...Object.entries(servicios)
      .filter(([, { status }]) => status === 'degraded')
      .map(([name]) => `El servicio ${name} responde, pero no está listo del todo`),
  ];
  return {
    status: critical.length > 0 ? 'critical' : degraded.length > 0 ? 'degraded' : 'healthy',
    problemas: [...critical, ...degraded],
    redis: redis.estado,
    servicios,
    bases,
    workers: workers?.length ?? null,
    timestamp: new Date().toISOString(),
  };
}
