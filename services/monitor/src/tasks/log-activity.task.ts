import type { z } from 'zod';
import { defineHandler } from '@medisupply/shared/queueing/handler';
import { text } from '@medisupply/shared/contracts/fields';
import { activity, logActivity } from '@medisupply/shared/tasks/monitor';
import { insertActividad } from '../actividad/actividad.repository.ts';
import type { MonitorTaskContext } from './context.ts';

/** Stores the row once, however often the task runs. */
export default defineHandler(logActivity, async ({ activity_data }, run, context: MonitorTaskContext) => {
  run.signal.throwIfAborted();
  const { tipo, descripcion, usuario_id, datos } = columnsOf(activity_data);
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
  return { tipo, guardada: true, repetida: !nueva, activity_id: run.task_id, logged: true };
});

const kind = text(64);

/** Clients send what they like; only its kind is looked for. */
function columnsOf(data: Record<string, unknown>): z.output<typeof activity> {
  const known = activity.safeParse(data);
  if (known.success) return known.data;
  const named = [data['tipo'], data['evento'], data['activity_type']].find(
    (value) => kind.safeParse(value).success,
  );
  const datos = data as NonNullable<z.output<typeof activity>['datos']>;
  return { tipo: named === undefined ? 'actividad' : kind.parse(named), datos };
}
