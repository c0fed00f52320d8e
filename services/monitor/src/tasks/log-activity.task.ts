import { defineHandler } from '@medisupply/shared/queueing/handler';
import { logActivity } from '@medisupply/shared/tasks/monitor';
import { insertActividad } from '../actividad/actividad.repository.ts';
import type { MonitorTaskContext } from './context.ts';

/** Stores the row once, however often the task runs. */
export default defineHandler(logActivity, async ({ activity_data }, run, context: MonitorTaskContext) => {
  run.signal.throwIfAborted();
  const { tipo, descripcion, usuario_id, datos } = activity_data;
  const nueva = await context.database.unitOfWork.write((tx) =>
    insertActividad(tx, {
      task_id: run.task_id,
      momento: run.started,
      tipo,
      descripcion: descripcion ?? null,
      usuario_id: usuario_id ?? null,
      datos: datos ? JSON.stringify(datos) : null,
    }),
  );
  return { tipo, guardada: true, repetida: !nueva };
});
