import type { Route } from '@medisupply/shared/http/route';
import { callerRoute, reply } from '@medisupply/shared/http/route';
import { MONITOR_SCOPES } from '../scopes.ts';
import { singleFlight } from '../probes/single-flight.ts';
import { consultarColas } from '../probes/consultar-colas.ts';
import type { Probes } from '../probes/probes.ts';
import { respuestaColas } from '@medisupply/shared/contracts/monitor/colas';

export function colasRoutes(probes: Pick<Probes, 'queues' | 'throughput'>): Route[] {
  const contar = singleFlight(() => consultarColas(probes));
  return [
    callerRoute({
      method: 'get',
      path: '/monitor/queue',
      summary: 'Trabajos por cola y estado',
      tag: 'colas',
      scopes: MONITOR_SCOPES,
      responses: {
        200: { description: 'Las colas en este momento', schema: respuestaColas },
        503: { description: 'Redis no responde' },
      },
      async handler() {
        const queues = await contar();
        const { default: alias } = queues;
        // Under which clients from before look for it.
        const celery = alias ? { celery: { ...alias, alias_de: 'default' } } : {};
        return reply(200, { queues: { ...queues, ...celery }, timestamp: new Date().toISOString() });
      },
    }),
  ];
}
