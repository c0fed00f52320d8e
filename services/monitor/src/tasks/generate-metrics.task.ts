import { isoTime } from '@medisupply/shared/contracts/fields';
import { defineHandler } from '@medisupply/shared/queueing/handler';
import { generateMetrics } from '@medisupply/shared/tasks/monitor';
import { medirMetricas } from '../metricas/medir-metricas.ts';
import { findMedicion, insertMedicion } from '../metricas/metricas.repository.ts';
import type { Valores } from '../metricas/metricas.repository.ts';
import { removeExpired } from '../metricas/retencion.ts';
import type { MonitorTaskContext } from './context.ts';

/** Measures and stores one point of every series. A second run answers with what the first one stored. */
export default defineHandler(generateMetrics, async (_params, run, context: MonitorTaskContext) => {
  const { database } = context;
  const stored = await findMedicion(database.read, run.task_id);
  if (stored) return toResult(run.task_id, stored);

  const momento = Date.now();
  const valores = await medirMetricas(context, momento, run.signal);
  run.signal.throwIfAborted();
  await database.unitOfWork.write((tx) => insertMedicion(tx, { task_id: run.task_id, momento, valores }));
  await removeExpired(database, momento);
  return toResult(run.task_id, { momento, valores });
});

/** The same figures also under the names that clients read. */
const toResult = (metrics_id: string, { momento, valores }: { momento: number; valores: Valores }) => ({
  momento: isoTime(momento),
  valores,
  metrics_id,
  metrics: valores,
});
