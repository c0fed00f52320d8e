import { z } from 'zod';
import { deliveryPayload } from '@medisupply/shared/contracts/delivery-payload';
import { once } from '@medisupply/shared/db/idempotency';
import { isAdmin } from '@medisupply/shared/http/caller';
import { pageReply } from '@medisupply/shared/http/pagination';
import type { Route } from '@medisupply/shared/http/route';
import { callerRoute, reply, userRoute } from '@medisupply/shared/http/route';
import type { Container } from '../container.ts';
import { soltarEntrega, tomarEntrega } from './asignar-entrega.ts';
import { cancelarEntrega } from './cancelar-entrega.ts';
import { confirmarEntrega } from './confirmar-entrega.ts';
import { consultarEntrega, listarEntregas } from './consultar-entrega.ts';
import { crearEntrega } from './crear-entrega.ts';
import {
  confirmacionAceptada,
  confirmarEntregaBody,
  crearEntregaBody,
  entregaDescifrada,
  entregaGuardada,
  entregaParams,
  listarEntregasQuery,
} from '@medisupply/shared/contracts/logistica/entregas';

const tag = 'entregas';

export function entregasRoutes(container: Container): Route[] {
  const { unitOfWork } = container.database;
  return [
    callerRoute({
      method: 'post',
      path: '/entregas',
      tag,
      summary: 'Crea una entrega',
      scopes: ['tareas'],
      idempotent: true,
      body: crearEntregaBody,
      example: { direccion: 'Calle 10 # 5-51, Bogotá', estado: 'EN_CAMINO', pedido_id: 'PED-1001' },
      responses: { 201: { description: 'La fila como está guardada', schema: entregaGuardada } },
      handler: async ({ body, caller, idempotencyKey }) => {
        if (caller.kind === 'user') await container.createRate.consume(caller.usuario_id);
        return unitOfWork.write((tx) =>
          once(tx, idempotencyKey, async () => reply(201, await crearEntrega(tx, container, body, caller))),
        );
      },
    }),
    userRoute({
      method: 'get',
      path: '/entregas',
      tag,
      summary: 'Lista las entregas visibles, las más nuevas primero',
      query: listarEntregasQuery,
      responses: {
        200: { description: 'Una página; Link lleva a la siguiente', schema: z.array(entregaGuardada) },
      },
      handler: async ({ query, caller, request }) => {
        const page = await listarEntregas(container, query, caller);
        return pageReply(request, page.next, page.items);
      },
    }),
    userRoute({
      method: 'get',
      path: '/entrega/:id',
      tag,
      summary: 'Una entrega descifrada, con su historial',
      params: entregaParams,
      responses: { 200: { description: 'La entrega', schema: entregaDescifrada } },
      handler: async ({ params, caller }) => reply(200, await consultarEntrega(container, params.id, caller)),
    }),
    userRoute({
      method: 'post',
      path: '/entrega/:id/confirmar',
      tag,
      summary: 'Confirma una entrega con su firma',
      params: entregaParams,
      body: confirmarEntregaBody,
      responses: { 202: { description: 'Guardada; se aplicará', schema: confirmacionAceptada } },
      handler: async ({ params, body, caller }) =>
        reply(
          202,
          await confirmarEntrega(container, {
            payload: deliveryPayload({ ...body, entrega_id: params.id }, caller.usuario_id),
            firma: body.firma_payload,
            usuario_id: caller.usuario_id,
            admin: isAdmin(caller),
            claimed: { entrega_id: body.entrega_id, usuario_id: body.usuario_id },
          }),
        ),
    }),
    userRoute({
      method: 'post',
      path: '/entregas/:id/tomar',
      tag,
      summary: 'Un mensajero toma una entrega sin asignar y ve desde entonces su dirección',
      roles: ['Mensajero', 'Admin'],
      params: entregaParams,
      responses: { 200: { description: 'La entrega, asignada a quien la toma', schema: entregaGuardada } },
      handler: async ({ params, caller }) =>
        reply(200, await unitOfWork.write((tx) => tomarEntrega(tx, params.id, caller))),
    }),
    userRoute({
      method: 'post',
      path: '/entregas/:id/soltar',
      tag,
      summary: 'Deja una entrega sin asignar (quien la lleva, Despacho o Admin)',
      params: entregaParams,
      responses: { 200: { description: 'La entrega, sin asignar', schema: entregaGuardada } },
      handler: async ({ params, caller }) =>
        reply(200, await unitOfWork.write((tx) => soltarEntrega(tx, params.id, caller))),
    }),
    userRoute({
      method: 'post',
      path: '/entregas/:id/cancelar',
      tag,
      summary: 'Cancela una entrega sin confirmar (Admin o quien la creó)',
      audit: { accion: 'entrega.cancelar' },
      params: entregaParams,
      responses: { 200: { description: 'La entrega cancelada', schema: entregaGuardada } },
      handler: async ({ params, caller }) =>
        reply(200, await unitOfWork.write((tx) => cancelarEntrega(tx, params.id, caller))),
    }),
  ];
}
