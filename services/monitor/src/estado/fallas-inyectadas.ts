import type { FaultSwitches } from '@medisupply/shared/config/environment';
import type { LiveWorker } from '@medisupply/shared/contracts/monitor/workers';
import type { Estado } from '@medisupply/shared/contracts/monitor/estado';

/** The fault switches of this process and of every worker that is alive. */
export function fallasInyectadas(
  own: FaultSwitches,
  workers: readonly LiveWorker[],
): Estado['fallas_inyectadas'] {
  const procesos = [
    { proceso: 'monitor', FAULT_RATE: own.FAULT_RATE, FAULT_LATENCY_MS: own.FAULT_LATENCY_MS },
    ...workers.map((worker) => ({ proceso: `worker ${worker.id}`, ...worker.faults })),
  ];
  return { activas: procesos.some((p) => p.FAULT_RATE > 0 || p.FAULT_LATENCY_MS > 0), procesos };
}
