import { registerGauge, registerGauges } from '@medisupply/shared/metrics/gauge';
import type { Metrics } from '@medisupply/shared/metrics/metrics';
import { consultarColas } from '../probes/consultar-colas.ts';
import type { Probes } from '../probes/probes.ts';
import { singleFlight } from '../probes/single-flight.ts';
import { consultarWorkers } from '../probes/consultar-workers.ts';

const STATES = ['waiting', 'active', 'delayed', 'failed'] as const;

/** What Prometheus asks the monitor: queues and workers, as they are at the scrape, and open event streams. */
export function registerLiveGauges(
  registry: Metrics['registry'],
  probes: Pick<Probes, 'queues' | 'liveKey' | 'throughput'>,
  countClients: () => number,
): void {
  const contar = singleFlight(() => consultarColas(probes));
  registerGauges(registry, {
    name: 'medisupply_queue_jobs',
    help: 'Jobs in Redis by queue and state',
    labels: ['queue', 'state'],
    async read() {
      const colas = await contar();
      return Object.entries(colas).flatMap(([queue, cola]) =>
        STATES.map((state) => ({ labels: { queue, state }, value: cola[state] })),
      );
    },
  });
  registerGauges(registry, {
    name: 'medisupply_queue_paused',
    help: '1 while a queue is paused',
    labels: ['queue'],
    async read() {
      const colas = await contar();
      return Object.entries(colas).map(([queue, cola]) => ({
        labels: { queue },
        value: cola.paused ? 1 : 0,
      }));
    },
  });
  registerGauge(registry, {
    name: 'medisupply_workers',
    help: 'Workers that are alive',
    read: async () => (await consultarWorkers(probes)).length,
  });
  registerGauge(registry, {
    name: 'medisupply_redis_up',
    help: '1 while this process can use Redis',
    read: () => (probes.queues.isConnected() ? 1 : 0),
  });
  registerGauge(registry, {
    name: 'medisupply_sse_clients',
    help: 'Open event streams',
    read: countClients,
  });
}
