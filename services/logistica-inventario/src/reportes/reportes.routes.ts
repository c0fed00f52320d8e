import { z } from 'zod';
import { conflict, notFound } from '@medisupply/shared/http/app-error';
import type { Route } from '@medisupply/shared/http/route';
import { userRoute } from '@medisupply/shared/http/route';
import { resultOf } from '@medisupply/shared/queueing/dispatcher';
import { generarReporte } from '@medisupply/shared/tasks/logistica';
import type { Container } from '../container.ts';
import { findVisibleTarea } from '../tareas/consultar-tarea.ts';
import { toCsv } from './reporte-csv.ts';
import type { Reporte } from '@medisupply/shared/contracts/logistica/reportes';

const params = z.strictObject({ task_id: z.string().min(1).max(64) });

export function reportesRoutes({ database }: Container): Route[] {
  return [
    userRoute({
      method: 'get',
      path: '/reportes/:task_id.csv',
      tag: 'reportes',
      summary: 'El resultado de un generar_reporte como CSV',
      params,
      responses: { 200: { description: 'CSV (RFC 4180, UTF-8)', contentType: 'text/csv' } },
      handler: async ({ params: { task_id }, caller, response }) => {
        const tarea = await findVisibleTarea(database.read, task_id, caller);
        if (tarea.tipo !== generarReporte.name) throw notFound('La tarea no es un reporte');
        if (tarea.estado !== 'SUCCESS') throw conflict(`El reporte no está listo: ${tarea.estado}`);
        response
          .type('text/csv')
          .attachment(`reporte-${task_id}.csv`)
          .send(toCsv(resultOf(tarea) as Reporte));
      },
    }),
  ];
}
