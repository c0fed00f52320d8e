import { wireName } from '@medisupply/shared/services';
import type { ProbeResult } from '../probes/http-probe.ts';
import type { Probes } from '../probes/probes.ts';
import type { Ping } from '@medisupply/shared/contracts/monitor/ping';

const PING_DEADLINE = 2_000;
export const LOGISTICA = 'logistica-inventario';

/** Asks logistica who it is, and how long that took. Never rejects. */
export async function pingLogistica(
  { probe, servicios }: Pick<Probes, 'probe' | 'servicios'>,
  signal?: AbortSignal,
): Promise<Ping> {
  const result = await probe.get(servicios[LOGISTICA] ?? '', '/health', {
    timeoutMs: PING_DEADLINE,
    ...(signal ? { signal } : {}),
  });
  const status = statusOf(result);
  return {
    target_service: wireName(LOGISTICA),
    status,
    message: MESSAGES[status],
    response_time_ms: result.ms,
    http_status: result.http_status,
    timestamp: new Date().toISOString(),
    ping_successful: status === 'healthy',
  };
}

function statusOf(result: ProbeResult): Ping['status'] {
  if (result.outcome === 'nonsense') return 'error';
  if (result.outcome !== 'answered') return result.outcome;
  if (result.http_status !== 200) return 'degraded';
  return result.body['status'] === 'healthy' ? 'healthy' : 'error';
}

const MESSAGES: Record<Ping['status'], string> = {
  healthy: 'Logística responde',
  degraded: 'Logística responde con un error',
  timeout: `Logística no respondió en ${PING_DEADLINE / 1_000} s`,
  unreachable: 'No se puede conectar con logística',
  error: 'Logística dio una respuesta que no se entiende',
};

/** The HTTP status of `GET /monitor/ping-logistica`. */
export const PING_HTTP_STATUS: Record<Ping['status'], number> = {
  healthy: 200,
  degraded: 503,
  timeout: 408,
  unreachable: 503,
  error: 500,
};
