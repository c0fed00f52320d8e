import type { CodigoHallazgo, Hallazgo } from '@medisupply/shared/contracts/diagnostico';
import { diagnosticar, gravedad } from '../diagnostico/diagnosticar.ts';
import { consultarWorkers } from '../probes/consultar-workers.ts';
import { medirRedis } from '../probes/medir-redis.ts';
import { medirServicios } from '../probes/medir-servicios.ts';
import type { Probes } from '../probes/probes.ts';
import type { EstadoBase, EstadoRedis, EstadoServicio } from '@medisupply/shared/contracts/monitor/estado';

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
export async function comprobarSalud(probes: Probes, signal: AbortSignal): Promise<Salud> {
  const [redis, { servicios, bases }, workers] = await Promise.all([
    medirRedis(probes),
    medirServicios(probes, signal),
    consultarWorkers(probes).catch(() => null),
  ]);
  const observado = { redis: redis.estado, servicios, bases, workers };
  const now = Date.now();
  const hallazgos = diagnosticar(observado, now).filter(({ severity }) => severity !== 'notice');
  return {
    status: gravedad(hallazgos),
    problemas: hallazgos.map(sentenceOf),
    ...observado,
    workers: workers?.length ?? null,
    timestamp: new Date(now).toISOString(),
  };
}

const SENTENCES: Partial<Record<CodigoHallazgo, (params: Hallazgo['params']) => string>> = {
  servicio_caido: ({ servicio, estado }) => `El servicio ${servicio} no responde bien (${estado})`,
  servicio_degradado: ({ servicio }) => `El servicio ${servicio} responde, pero no está listo del todo`,
  base_mal: ({ base, error }) => `La base ${base} no se puede leer (${error})`,
  redis_desconectado: () => 'Redis no responde',
  sin_workers: () => 'No hay ningún worker vivo',
};

const sentenceOf = ({ code, params }: Hallazgo): string => SENTENCES[code]?.(params) ?? code;
