import type { FaultSwitches } from '@medisupply/shared/config/environment';
import type { Route } from '@medisupply/shared/http/route';
import { callerRoute, reply } from '@medisupply/shared/http/route';
import { MONITOR_SCOPES } from '../scopes.ts';
import { consultarEstado } from './consultar-estado.ts';
import type { Probes } from '../probes/probes.ts';
import { singleFlight } from '../probes/single-flight.ts';
import { estado } from '@medisupply/shared/contracts/monitor/estado';

export function estadoRoutes(probes: Probes, faults: FaultSwitches): Route[] {
  const medir = singleFlight(() => consultarEstado(probes, faults));
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
