import { z } from 'zod';
import type { Redis } from 'ioredis';
import { isoTimestamp } from '@medisupply/shared/contracts/fields';
import type { Route } from '@medisupply/shared/http/route';
import { callerRoute, reply } from '@medisupply/shared/http/route';
import { liveWorker } from '@medisupply/shared/contracts/monitor/workers';
import { MONITOR_SCOPES } from '../scopes.ts';
import { consultarWorkers } from './consultar-workers.ts';

const respuesta = z.object({
  workers: z.array(liveWorker),
  total_workers: z.int(),
  timestamp: isoTimestamp,
});

export function workersRoutes(deps: { redis: Redis }): Route[] {
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
        const workers = await consultarWorkers(deps.redis);
        return reply(200, { workers, total_workers: workers.length, timestamp: new Date().toISOString() });
      },
    }),
  ];
}
