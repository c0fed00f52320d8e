import { z } from 'zod';
import { AppError } from '@medisupply/shared/http/app-error';
import { isoTimestamp } from '@medisupply/shared/contracts/fields';
import type { Route } from '@medisupply/shared/http/route';
import { callerRoute, reply } from '@medisupply/shared/http/route';
import { liveWorker } from '@medisupply/shared/contracts/monitor/workers';
import { MONITOR_SCOPES } from '../scopes.ts';
import { consultarWorkers } from '../probes/consultar-workers.ts';
import type { Probes } from '../probes/probes.ts';

const respuesta = z.object({
  workers: z.array(
    liveWorker.extend({
      key: z.string().describe('Su nombre entre las claves; en Redis, {medisupply}/worker:<id>'),
    }),
  ),
  total_workers: z.int(),
  motivo: z.string().optional().describe('Por qué no se sabe: Redis no responde'),
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
      },
      async handler() {
        const timestamp = new Date().toISOString();
        try {
          const workers = (await consultarWorkers(probes)).map((worker) => ({
            ...worker,
            // Clients know it so; what it is called in Redis is nothing to them.
            key: `medisupply:worker:${worker.id}`,
          }));
          return reply(200, { workers, total_workers: workers.length, timestamp });
        } catch (error) {
          if (!(error instanceof AppError)) throw error;
          return reply(200, { workers: [], total_workers: 0, motivo: error.message, timestamp });
        }
      },
    }),
  ];
}
