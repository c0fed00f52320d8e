import type { JsonValue } from '@medisupply/shared/queueing/handler';
import { DeferTask, defineHandler } from '@medisupply/shared/queueing/handler';
import { generarReporte } from '@medisupply/shared/tasks/logistica';
import { generar, periodOf } from '../reportes/reporte.ts';
import type { LogisticaTaskContext } from './context.ts';

/** How soon a report asks again for the slot that another one has (ms). */
const SLOT_WAIT = 2_000;

/** The figures of a period, kept as the task's result. One report at a time: deliveries keep their slots. */
export default defineHandler(generarReporte, async (params, run, context: LogisticaTaskContext) => {
  if (context.reportSlot.taken) throw new DeferTask('Otro reporte está en curso', SLOT_WAIT);
  context.reportSlot.taken = true;
  try {
    const reporte = await generar(context.database.read, periodOf(params, run.started), run);
    return {
      ...(reporte as unknown as Record<string, JsonValue>),
      reporte_id: run.task_id,
      fecha_inicio: reporte.periodo.desde,
      fecha_fin: reporte.periodo.hasta,
      entregas_procesadas: reporte.confirmaciones.aplicadas,
    };
  } finally {
    context.reportSlot.taken = false;
  }
});
