import type { Route } from '@medisupply/shared/http/route';
import { callerRoute, reply } from '@medisupply/shared/http/route';
import type { Probes } from '../probes/probes.ts';
import { singleFlight } from '../probes/single-flight.ts';
import { MONITOR_SCOPES } from '../scopes.ts';
import { consultarLogistica } from './consultar-logistica.ts';
import { PING_HTTP_STATUS, pingLogistica } from './ping-logistica.ts';
import { estadoLogistica, ping } from '@medisupply/shared/contracts/monitor/ping';

export function pingRoutes(probes: Probes): Route[] {
  const hacerPing = singleFlight(() => pingLogistica(probes));
  const consultar = singleFlight(() => consultarLogistica(probes));
  return [
    callerRoute({
      method: 'get',
      path: '/monitor/ping-logistica',
      summary: 'Ping a logística con su tiempo medido',
      tag: 'logistica',
      scopes: MONITOR_SCOPES,
      responses: {
        200: { description: 'Responde', schema: ping },
        408: { description: 'No respondió a tiempo', schema: ping },
        500: { description: 'Dio una respuesta sin sentido', schema: ping },
        503: { description: 'No se puede conectar, o responde con un error', schema: ping },
      },
      async handler() {
        const result = await hacerPing();
        return reply(PING_HTTP_STATUS[result.status], result);
      },
    }),
    callerRoute({
      method: 'get',
      path: '/monitor/logistica-status',
      summary: 'Estado de logística y de lo que la atiende; 200 también si está caída',
      tag: 'logistica',
      scopes: MONITOR_SCOPES,
      responses: { 200: { description: 'Lo encontrado', schema: estadoLogistica } },
      handler: async () => reply(200, await consultar()),
    }),
  ];
}
