import { z } from 'zod';
import {
  crearEnlaceBody,
  enlace,
  enlaceNuevo,
  enlaceParams,
  pruebaDeEnlace,
  pruebaDeEnlaceBody,
  seguimiento,
  seguimientoBody,
} from '@medisupply/shared/contracts/logistica/enlaces';
import { entregaParams } from '@medisupply/shared/contracts/logistica/entregas';
import { clientAddress } from '@medisupply/shared/http/client-address';
import type { Route } from '@medisupply/shared/http/route';
import { publicRoute, reply, userRoute } from '@medisupply/shared/http/route';
import type { Container } from '../container.ts';
import { attachedProof } from '../pruebas/pruebas.routes.ts';
import { crearEnlace, listarEnlaces, revocarEnlace } from './compartir-entrega.ts';
import { pruebaPorEnlace, seguirEntrega } from './seguir-entrega.ts';

const tag = 'enlaces';

export function enlacesRoutes(container: Container): Route[] {
  return [
    userRoute({
      method: 'post',
      path: '/entrega/:id/enlaces',
      tag,
      summary: 'Un enlace con que el cliente sigue la entrega sin cuenta (quien la creó, Despacho o Admin)',
      audit: { accion: 'enlace.crear', campos: ['dias'] },
      params: entregaParams,
      body: crearEnlaceBody,
      example: { dias: 7, palabra: 'girasol' },
      responses: {
        201: { description: 'El enlace; su dirección no se vuelve a mostrar', schema: enlaceNuevo },
      },
      handler: async ({ params, body, caller }) =>
        reply(201, await crearEnlace(container, params.id, body, caller)),
    }),
    userRoute({
      method: 'get',
      path: '/entrega/:id/enlaces',
      tag,
      summary: 'Los enlaces de una entrega, con sus visitas',
      params: entregaParams,
      responses: { 200: { description: 'Los más nuevos primero', schema: z.array(enlace) } },
      handler: async ({ params, caller }) => reply(200, await listarEnlaces(container, params.id, caller)),
    }),
    userRoute({
      method: 'delete',
      path: '/entrega/:id/enlaces/:enlace_id',
      tag,
      summary: 'Revoca un enlace',
      audit: { accion: 'enlace.revocar' },
      params: enlaceParams,
      responses: { 200: { description: 'El enlace, revocado', schema: enlace } },
      handler: async ({ params, caller }) =>
        reply(200, await container.database.unitOfWork.write((tx) => revocarEnlace(tx, params, caller))),
    }),
    publicRoute({
      method: 'post',
      path: '/seguimiento',
      tag,
      summary: 'Estado, horas y pedido de la entrega de un enlace',
      body: seguimientoBody,
      responses: {
        200: { description: 'Sin datos personales', schema: seguimiento },
        404: { description: 'No existe, venció o se revocó: no se distingue' },
      },
      handler: async ({ body, request }) =>
        reply(200, await seguirEntrega(container, body.token, clientAddress(request))),
    }),
    publicRoute({
      method: 'post',
      path: '/seguimiento/prueba',
      tag,
      summary: 'La prueba de la entrega de un enlace, para quien sabe su palabra',
      body: pruebaDeEnlaceBody,
      responses: {
        200: { description: 'La prueba sellada', schema: pruebaDeEnlace },
        403: { description: 'La palabra no es correcta, o se probaron demasiadas' },
        404: { description: 'No existe, venció o se revocó: no se distingue' },
      },
      handler: async ({ body, request }) => {
        const { prueba, id } = await pruebaPorEnlace(container, body, clientAddress(request));
        return reply(200, prueba, attachedProof(id));
      },
    }),
  ];
}
