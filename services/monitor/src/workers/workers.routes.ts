import { z } from 'zod';
import { isoTimestamp } from '@medisupply/shared/contracts/fields';
import type { Route } from '@medisupply/shared/http/route';
import { callerRoute, reply } from '@medisupply/shared/http/route';
import { liveWorker } from '@medisupply/shared/contracts/monitor/workers';
import { MONITOR_SCOPES } from '../scopes.ts';
import { consultarWorkers } from '../probes/consultar-workers.ts';
import type { Probes } from '../probes/probes.ts';

const respuesta = z.object({
  workers: z.array(liveWorker),
  total_workers: z.int(),
  timestamp: isoTimestamp,
});

export function workersRoutes(probes: Pick<Probes, 'queues' | 'liveKey'>): Route[] {
  return [
    callerRoute({
      method: 'get',
      path: '/monitor/workers',
      summary: 'Workers vivos, con lo que hacen',
      tag: 'workers',
      scopes: MONITOR_SCOPES,
      responses: {
        200: { description: 'Un worker que muere desaparece en 15 s', schema: respuesta },
        503: { description: 'Redis no responde' },
      },
      async handler() {
        const workers = await consultarWorkers(probes);
        return reply(200, { workers, total_workers: workers.length, timestamp: new Date().toISOString() });
      },
    }),
  ];
}
