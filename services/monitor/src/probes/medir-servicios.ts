import type { Probe, ProbeResult } from './http-probe.ts';
import type { Probes } from './probes.ts';
import type { EstadoBase, EstadoServicio } from '@medisupply/shared/contracts/monitor/estado';
import { estadoBase } from '@medisupply/shared/contracts/monitor/estado';
import { SERVICES } from '@medisupply/shared/services';

const SERVICE_DEADLINE = 1_500;

interface Medido {
  servicios: Record<string, EstadoServicio>;
  /** As each service tells of its own; its file is nobody else's business. */
  bases: Record<string, EstadoBase>;
}

const UNKNOWN: EstadoBase = { status: 'missing', schema: null, size: null, wal_size: null, error: null };

/** Asks every service who it is, whether it is ready and about its database, all at once; within 1.5 s. Never rejects. */
export async function medirServicios(
  { probe, probeKey, servicios }: Pick<Probes, 'probe' | 'probeKey' | 'servicios'>,
  signal?: AbortSignal,
): Promise<Medido> {
  const measured = await Promise.all(
    SERVICES.map(async ({ name, database }) => {
      // Who has nothing to tell for it is not shown the key.
      const serviceKey = database ? probeKey() : undefined;
      return [name, await medirServicio(probe, servicios[name] ?? '', { serviceKey, signal })] as const;
    }),
  );
  const found = new Map(measured);
  return {
    servicios: Object.fromEntries(measured.map(([name, { estado }]) => [name, estado])),
    bases: Object.fromEntries(
      SERVICES.flatMap(({ name, database }) =>
        database ? [[database, found.get(name)?.base ?? UNKNOWN] as const] : [],
      ),
    ),
  };
}

async function medirServicio(
  probe: Probe,
  url: string,
  { serviceKey, signal }: { serviceKey: string | undefined; signal: AbortSignal | undefined },
): Promise<{ estado: EstadoServicio; base: EstadoBase | undefined }> {
  const options = { timeoutMs: SERVICE_DEADLINE, ...(signal ? { signal } : {}) };
  const [health, ready] = await Promise.all([
    probe.get(url, '/health', options),
    probe.get(url, '/readyz', { ...options, serviceKey }),
  ]);
  const version = health.outcome === 'answered' ? health.body['version'] : undefined;
  return {
    estado: {
      status: statusOf(health, ready),
      response_time_ms: health.ms,
      version: typeof version === 'string' ? version : null,
    },
    base: ready.outcome === 'answered' ? estadoBase.safeParse(ready.body['base']).data : undefined,
  };
}

function statusOf(health: ProbeResult, ready: ProbeResult): EstadoServicio['status'] {
  if (health.outcome === 'nonsense') return 'error';
  if (health.outcome !== 'answered') return health.outcome;
  if (health.http_status !== 200) return 'unhealthy';
  if (health.body['status'] !== 'healthy') return 'error';
  const isReady =
    ready.outcome === 'answered' && ready.http_status === 200 && ready.body['status'] === 'ready';
  return isReady ? 'healthy' : 'degraded';
}
