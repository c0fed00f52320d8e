import type { Route } from '@medisupply/shared/http/route';
import { callerRoute, reply } from '@medisupply/shared/http/route';
import { MONITOR_SCOPES } from '../scopes.ts';
import type { EstadoDependencies } from './consultar-estado.ts';
import { consultarEstado } from './consultar-estado.ts';
import { estado } from '@medisupply/shared/contracts/monitor/estado';
import { singleFlight } from './single-flight.ts';

export function estadoRoutes(deps: EstadoDependencies): Route[] {
  const medir = singleFlight(() => consultarEstado(deps));
  return [
    callerRoute({
      method: 'get',
      path: '/monitor/status',
      summary: 'Estado medido de Redis, servicios, bases, colas y workers; siempre 200',
      tag: 'estado',
      scopes: MONITOR_SCOPES,
      responses: { 200: { description: 'El estado en este momento', schema: estado } },
      handler: async () => reply(200, await medir()),
    }),
  ];
}
