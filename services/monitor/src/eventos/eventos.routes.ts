import type { Request } from 'express';
import { badRequest } from '@medisupply/shared/http/app-error';
import { clientAddress } from '@medisupply/shared/http/client-address';
import type { Route } from '@medisupply/shared/http/route';
import { callerRoute } from '@medisupply/shared/http/route';
import { MONITOR_SCOPES } from '../scopes.ts';
import type { EventHub } from './event-hub.ts';
import { eventoId, eventosQuery } from '@medisupply/shared/contracts/monitor/eventos';

export function eventosRoutes({ eventos }: { eventos: EventHub }): Route[] {
  return [
    callerRoute({
      method: 'get',
      path: '/monitor/eventos',
      summary: 'Lo que ocurre, según ocurre: Server-Sent Events; Last-Event-ID continúa donde se dejó',
      tag: 'eventos',
      scopes: MONITOR_SCOPES,
      query: eventosQuery,
      responses: {
        200: {
          description:
            'Eventos entrega, tarea, colas, worker, redis, hueco y fin, solo los que quien pregunta puede ver; termina cuando expira el token',
          contentType: 'text/event-stream',
        },
        429: { description: 'Demasiados flujos abiertos con la misma cuenta o desde la misma dirección' },
        503: { description: 'Demasiados flujos abiertos' },
      },
      handler({ caller, query, request, response }) {
        const ultimo = query.ultimo ?? lastEventId(request);
        if (request.method === 'HEAD') response.type('text/event-stream').end();
        else eventos.open({ caller, address: clientAddress(request) }, response, ultimo);
      },
    }),
  ];
}

/** @throws AppError 400 */
function lastEventId(request: Request): number | undefined {
  const header = request.get('last-event-id');
  if (header === undefined || header === '') return undefined;
  const id = eventoId.safeParse(header);
  if (id.success) return id.data;
  throw badRequest('La cabecera Last-Event-ID no es el id de un evento, como 7-0');
}
