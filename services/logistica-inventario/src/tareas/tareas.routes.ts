import type { Scope } from '@medisupply/shared/contracts/vocabulary';
import { pageReply } from '@medisupply/shared/http/pagination';
import type { Route } from '@medisupply/shared/http/route';
import { callerRoute, reply, userRoute } from '@medisupply/shared/http/route';
import type { Container } from '../container.ts';
import { consultarTarea, listarTareas } from './consultar-tarea.ts';
import { cancelarTarea, reactivarTarea } from './controlar-tarea.ts';
import { encolarTarea } from './encolar-tarea.ts';
import {
  encolarTareaBody,
  listarTareasQuery,
  listaTareas,
  tareaDetalle,
  tareaEncolada,
  tareaParams,
} from '@medisupply/shared/contracts/logistica/tareas';
import { listDispatchable } from './tareas-disponibles.ts';

const tag = 'tareas';
const scopes: readonly Scope[] = ['tareas'];

export function tareasRoutes(container: Container): Route[] {
  const detail = (path: string): Route =>
    callerRoute({
      method: 'get',
      path,
      tag,
      summary: 'El estado de una tarea y su historia',
      scopes,
      params: tareaParams,
      responses: { 200: { description: 'La tarea', schema: tareaDetalle } },
      handler: async ({ params, caller }) =>
        reply(200, await consultarTarea(container, params.task_id, caller)),
    });

  return [
    callerRoute({
      method: 'get',
      path: '/tareas',
      tag,
      summary: 'Las tareas que hay y las que se han encolado, las más nuevas primero',
      scopes,
      query: listarTareasQuery,
      responses: { 200: { description: 'Una página; Link lleva a la siguiente', schema: listaTareas } },
      handler: async ({ query, caller, request }) => {
        const page = await listarTareas(container, query, caller);
        return pageReply(request, page.next, {
          message: `${page.items.length} tareas`,
          tareas_disponibles: listDispatchable(),
          tasks: page.items,
        });
      },
    }),
    callerRoute({
      method: 'post',
      path: '/tareas',
      tag,
      summary: 'Encola una tarea, o reintenta la de una confirmación aceptada',
      roles: ['Admin', 'System'],
      scopes,
      idempotent: true,
      body: encolarTareaBody,
      example: { tipo: 'ping_logistica' },
      responses: { 202: { description: 'Guardada; se ejecutará', schema: tareaEncolada } },
      handler: ({ body, caller, idempotencyKey }) => encolarTarea(container, body, caller, idempotencyKey),
    }),
    detail('/tareas/:task_id'),
    detail('/tarea/:task_id'),
    userRoute({
      method: 'delete',
      path: '/tareas/:task_id',
      tag,
      summary: 'Cancela una tarea que espera o se ejecuta',
      audit: { accion: 'tarea.cancelar' },
      roles: ['Admin'],
      params: tareaParams,
      responses: { 200: { description: 'La tarea', schema: tareaDetalle } },
      handler: async ({ params, caller }) => {
        await cancelarTarea(container, params.task_id, caller);
        return reply(200, await consultarTarea(container, params.task_id, caller));
      },
    }),
    userRoute({
      method: 'post',
      path: '/tareas/:task_id/reintentar',
      tag,
      summary: 'Vuelve a ejecutar una tarea que falló definitivamente',
      audit: { accion: 'tarea.reactivar' },
      roles: ['Admin'],
      params: tareaParams,
      responses: { 202: { description: 'Guardada; se ejecutará', schema: tareaEncolada } },
      handler: async ({ params, caller }) =>
        reply(202, await reactivarTarea(container, params.task_id, caller)),
    }),
  ];
}
