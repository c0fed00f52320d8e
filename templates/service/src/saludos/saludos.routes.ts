import { z } from 'zod';
import type { Route } from '@medisupply/shared';
import { pageReply, reply, userRoute } from '@medisupply/shared';
import type { Container } from '../container.ts';
import { listarSaludos } from './listar-saludos.ts';
import { pedirSaludo } from './pedir-saludo.ts';
import { listarSaludosQuery, pedirSaludoBody, saludo, saludoPedido } from './saludos.schemas.ts';

const tag = 'saludos';

export function saludosRoutes(container: Pick<Container, 'database' | 'tareas'>): Route[] {
  return [
    userRoute({
      method: 'get',
      path: '/saludos',
      tag,
      summary: 'Los saludos que hay, los más nuevos primero',
      query: listarSaludosQuery,
      responses: { 200: { description: 'Una página; Link lleva a la siguiente', schema: z.array(saludo) } },
      handler: async ({ query, request }) => {
        const page = await listarSaludos(container, query);
        return pageReply(request, page.next, page.items);
      },
    }),
    userRoute({
      method: 'post',
      path: '/saludos',
      tag,
      summary: 'Encola la tarea que hace un saludo',
      idempotent: true,
      body: pedirSaludoBody,
      example: { nombre: 'Lucía' },
      responses: { 202: { description: 'Guardada; se ejecutará', schema: saludoPedido } },
      handler: async ({ body, idempotencyKey }) =>
        reply(202, await pedirSaludo(container, body, idempotencyKey)),
    }),
  ];
}
