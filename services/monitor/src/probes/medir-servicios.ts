import type { Probe, ProbeResult } from './http-probe.ts';
import type { Probes } from './probes.ts';
import type { EstadoServicio } from '@medisupply/shared/contracts/monitor/estado';

const SERVICE_DEADLINE = 1_500;

/** Asks every service who it is and whether it is ready, all at once; within 1.5 s. Never rejects. */
export async function medirServicios(
  { probe, servicios }: Pick<Probes, 'probe' | 'servicios'>,
  signal?: AbortSignal,
): Promise<Record<string, EstadoServicio>> {
  const measured = await Promise.all(
    Object.entries(servicios).map(
      async ([name, url]) => [name, await medirServicio(probe, url, signal)] as const,
    ),
  );
  return Object.fromEntries(measured);
}

async function medirServicio(probe: Probe, url: string, signal?: AbortSignal): Promise<EstadoServicio> {
  const options = { timeoutMs: SERVICE_DEADLINE, ...(signal ? { signal } : {}) };
  const [health, ready] = await Promise.all([
    probe.get(url, '/health', options),
    probe.get(url, '/readyz', options),
  ]);
  const version = health.outcome === 'answered' ? health.body['version'] : undefined;
  return {
    status: statusOf(health, ready),
    response_time_ms: health.ms,
    version: typeof version === 'string' ? version : null,
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
