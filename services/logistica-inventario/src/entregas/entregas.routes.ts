import { z } from 'zod';
import { deliveryPayload } from '@medisupply/shared/contracts/delivery-payload';
import { once } from '@medisupply/shared/db/idempotency';
import { isAdmin } from '@medisupply/shared/http/caller';
import { pageReply } from '@medisupply/shared/http/pagination';
import { LIMITES } from '@medisupply/shared/contracts/vocabulary';
import type { Route } from '@medisupply/shared/http/route';
import { callerRoute, reply, userRoute } from '@medisupply/shared/http/route';
import type { Container } from '../container.ts';
import { soltarEntrega, tomarEntrega } from './asignar-entrega.ts';
import { cancelarEntrega } from './cancelar-entrega.ts';
import { confirmarEntrega } from './confirmar-entrega.ts';
import { consultarEntrega } from './consultar-entrega.ts';
import { crearEntrega } from './crear-entrega.ts';
import { crearLote } from './crear-lote.ts';
import { guardarFoto, leerFoto } from './guardar-foto.ts';
import { listarEntregas } from './listar-entregas.ts';
import { ordenarEntregas } from './ordenar-entregas.ts';
import { registrarIntento } from './registrar-intento.ts';
import {
  confirmacionAceptada,
  confirmarEntregaBody,
  crearEntregaBody,
  entregaDescifrada,
  entregaGuardada,
  entregaParams,
  entregasOrdenadas,
  fotoGuardada,
  intentoFallidoBody,
  intentoRegistrado,
  listarEntregasQuery,
  motivosDeIntento,
  ordenarEntregasBody,
} from '@medisupply/shared/contracts/logistica/entregas';
import { crearLoteBody, loteCreado } from '@medisupply/shared/contracts/logistica/lote';

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
          once(tx, container.hashSeal, idempotencyKey, async () =>
            reply(201, await crearEntrega(tx, container, body, caller)),
          ),
        );
      },
    }),
    userRoute({
      method: 'post',
      path: '/entregas/lote',
      tag,
      summary: 'Crea muchas entregas, cada una con su resultado; repetirlo no crea nada dos veces',
      roles: ['Despacho', 'Admin'],
      body: crearLoteBody,
      example: {
        entregas: [{ direccion: 'Calle 10 # 5-51, Bogotá', estado: 'EN_CAMINO', pedido_id: 'PED-1001' }],
      },
      responses: { 200: { description: 'El resultado de cada fila', schema: loteCreado } },
      handler: async ({ body, caller }) => {
        await container.createRate.consume(caller.usuario_id, body.entregas.length);
        return reply(200, await crearLote(container, body, caller));
      },
    }),
    userRoute({
      method: 'get',
      path: '/entregas',
      tag,
      summary: 'Lista las entregas visibles, las más nuevas primero; las propias, en el orden de las paradas',
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
      example: {
        direccion: 'Calle 10 # 5-51, Bogotá',
        nombre_recibe: 'Ana Pérez',
        firma_recibe: '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0L9 9"/></svg>',
        pedido_id: 'PED-1001',
        firma_payload: 'eyJhbGciOiJFZERTQSJ9..c2ln',
      },
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
      path: '/entrega/:id/foto',
      tag,
      summary: 'Guarda la foto de una entrega, cifrada; la confirmación firma su SHA-256',
      params: entregaParams,
      body: z.instanceof(Buffer),
      binary: { contentType: 'image/jpeg', limit: LIMITES.foto },
      responses: {
        200: { description: 'Ya estaba guardada', schema: fotoGuardada },
        201: { description: 'Guardada', schema: fotoGuardada },
      },
      handler: async ({ params, body, caller }) => {
        await container.confirmRate.consume(caller.usuario_id);
        const { guardada, isNew } = await guardarFoto(container, params.id, body, caller);
        return reply(isNew ? 201 : 200, guardada);
      },
    }),
    userRoute({
      method: 'get',
      path: '/entrega/:id/foto',
      tag,
      summary: 'La foto firmada de una entrega; mientras no haya, la última',
      params: entregaParams,
      responses: { 200: { description: 'La foto', contentType: 'image/jpeg' } },
      handler: async ({ params, caller, response }) => {
        response.type('image/jpeg').send(await leerFoto(container, params.id, caller));
      },
    }),
    userRoute({
      method: 'post',
      path: '/entrega/:id/intento-fallido',
      tag,
      summary: 'Deja en el historial que no se pudo entregar, y por qué; se puede volver a intentar',
      idempotent: true,
      params: entregaParams,
      body: intentoFallidoBody,
      example: { motivo: 'AUSENTE', detalle: 'Nadie abre; el vecino dice que vuelven a las 18' },
      responses: { 201: { description: 'El intento', schema: intentoRegistrado } },
      handler: async ({ params, body, caller, idempotencyKey }) => {
        await container.confirmRate.consume(caller.usuario_id);
        return unitOfWork.write((tx) =>
          once(tx, container.hashSeal, idempotencyKey, async () =>
            reply(201, await registrarIntento(tx, container, params.id, body, caller)),
          ),
        );
      },
    }),
    userRoute({
      method: 'get',
      path: '/intentos/motivos',
      tag,
      summary: 'Los motivos por los que una entrega puede fallar',
      responses: { 200: { description: 'Los motivos', schema: motivosDeIntento } },
      handler: () => reply(200, { motivos: container.config.INTENTO_MOTIVOS }),
    }),
    userRoute({
      method: 'post',
      path: '/entregas/orden',
      tag,
      summary: 'El orden de las paradas de un mensajero (Despacho o Admin)',
      roles: ['Despacho', 'Admin'],
      audit: { accion: 'entrega.ordenar', campos: ['asignada_a', 'entregas'] },
      body: ordenarEntregasBody,
      responses: { 200: { description: 'Las paradas, en su orden', schema: entregasOrdenadas } },
      handler: async ({ body }) => reply(200, await unitOfWork.write((tx) => ordenarEntregas(tx, body))),
    }),
    userRoute({
      method: 'post',
      path: '/entregas/:id/tomar',
      tag,
      summary: 'Un mensajero toma una entrega sin asignar y ve desde entonces su dirección',
      roles: ['Mensajero', 'Admin'],
      audit: { accion: 'entrega.tomar' },
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
      audit: { accion: 'entrega.soltar' },
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
