import type { Kysely } from 'kysely';
import { isoTime } from '@medisupply/shared/contracts/fields';
import { decodeCursor, pageOf, pageReply } from '@medisupply/shared/http/pagination';
import type { Route } from '@medisupply/shared/http/route';
import { callerRoute } from '@medisupply/shared/http/route';
import { MONITOR_SCOPES } from '../scopes.ts';
import type { MonitorTables } from '../tables.ts';
import { listActividad } from './actividad.repository.ts';
import { actividadQuery, listaActividad } from '@medisupply/shared/contracts/monitor/actividad';

const DEFAULT_LIMIT = 50;

export function actividadRoutes({ db }: { db: Kysely<MonitorTables> }): Route[] {
  return [
    callerRoute({
      method: 'get',
      path: '/monitor/actividad',
      summary: 'Actividad guardada, de la más reciente a la más antigua, por páginas',
      tag: 'actividad',
      roles: ['Admin'],
      scopes: MONITOR_SCOPES,
      query: actividadQuery,
      responses: { 200: { description: 'Una página', schema: listaActividad } },
      async handler({ query, request }) {
        const limit = query.limite ?? DEFAULT_LIMIT;
        const rows = await listActividad(db, {
          before: decodeCursor(query.cursor),
          tipo: query.tipo,
          limit: limit + 1,
        });
        const { items, next } = pageOf(
          rows,
          limit,
          (row) => row.id,
          ({ momento, datos, ...row }) => ({
            ...row,
            momento: isoTime(momento),
            datos: datos === null ? null : (JSON.parse(datos) as Record<string, unknown>),
          }),
        );
        return pageReply(request, next, { actividad: items, timestamp: new Date().toISOString() });
      },
    }),
  ];
}
