import type { QueueClient } from '@medisupply/shared/queueing/wire/queue-client';
import type { Route } from '@medisupply/shared/http/route';
import { callerRoute, reply } from '@medisupply/shared/http/route';
import { MONITOR_SCOPES } from '../scopes.ts';
import { singleFlight } from '../estado/single-flight.ts';
import { respuestaColas } from '@medisupply/shared/contracts/monitor/colas';
import { consultarColas } from './consultar-colas.ts';
import type { Throughput } from './throughput.ts';

export function colasRoutes(deps: { queues: QueueClient; throughput: Throughput }): Route[] {
  const contar = singleFlight(() => consultarColas(deps.queues, deps.throughput));
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
      handler: async () => reply(200, { queues: await contar(), timestamp: new Date().toISOString() }),
    }),
  ];
}
