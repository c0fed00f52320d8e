import type { Kysely } from 'kysely';
import type { Route } from '@medisupply/shared/http/route';
import { callerRoute, reply } from '@medisupply/shared/http/route';
import { MONITOR_SCOPES } from '../scopes.ts';
import type { MonitorTables } from '../tables.ts';
import { consultarMetricas } from './consultar-metricas.ts';
import { metricas, metricasQuery } from '@medisupply/shared/contracts/monitor/metricas';

export function metricasRoutes({ db }: { db: Kysely<MonitorTables> }): Route[] {
  return [
    callerRoute({
      method: 'get',
      path: '/monitor/metricas',
      summary: 'Las series guardadas, con promedio, mínimo y máximo de cada paso',
      tag: 'metricas',
      scopes: MONITOR_SCOPES,
      query: metricasQuery,
      responses: { 200: { description: 'Hasta 20 000 puntos', schema: metricas } },
      handler: async ({ query }) => reply(200, await consultarMetricas(db, query, Date.now())),
    }),
  ];
}
