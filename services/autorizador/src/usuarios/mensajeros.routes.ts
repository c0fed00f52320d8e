import { z } from 'zod';
import { mensajero } from '@medisupply/shared/contracts/autorizador';
import { pageQuery } from '@medisupply/shared/contracts/fields';
import { decodeCursor, pageOf, pageReply } from '@medisupply/shared/http/pagination';
import type { Route } from '@medisupply/shared/http/route';
import { userRoute } from '@medisupply/shared/http/route';
import type { Container } from '../container.ts';
import { listMensajeros } from './usuarios.repository.ts';

const DEFAULT_LIMIT = 50;

export function mensajerosRoutes({ db }: Container): Route[] {
  return [
    userRoute({
      method: 'get',
      path: '/mensajeros',
      summary: 'Quién puede llevar entregas, los más nuevos primero',
      tag: 'usuarios',
      roles: ['Despacho', 'Admin'],
      query: z.strictObject(pageQuery),
      responses: { 200: { description: 'Una página', schema: z.array(mensajero) } },
      handler: async ({ query, request }) => {
        const limit = query.limite ?? DEFAULT_LIMIT;
        const rows = await listMensajeros(db.read, limit, decodeCursor(query.cursor));
        const { items, next } = pageOf(
          rows,
          limit,
          ({ id }) => id,
          (row) => row,
        );
        return pageReply(request, next, items);
      },
    }),
  ];
}
