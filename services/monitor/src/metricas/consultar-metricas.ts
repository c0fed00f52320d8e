import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import { isoTime } from '@medisupply/shared/contracts/fields';
import { badRequest } from '@medisupply/shared/http/app-error';
import type { MonitorTables } from '../tables.ts';
import { listNombres, readSerie } from './metricas.repository.ts';
import type { Metricas, MetricasQuery } from '@medisupply/shared/contracts/monitor/metricas';
import { METRICS_RETENTION } from './retencion.ts';

const HOUR = 3_600_000;
/** The task that measures runs this often (ms). */
const MEASURED_EVERY = 60_000;
const DEFAULT_POINTS = 120;
/** An answer holds at most this many, all series together: about 2 MB. */
const MAX_POINTS = 20_000;

/**
 * The stored series, down-sampled to one point per `paso`.
 * @throws AppError 400 when the range is empty, or would take more than 20,000 points
 */
export async function consultarMetricas(
  db: Kysely<MonitorTables>,
  query: MetricasQuery,
  now: number,
): Promise<Metricas> {
  const hasta = query.hasta === undefined ? now : Date.parse(query.hasta);
  const desde = query.desde === undefined ? hasta - HOUR : Date.parse(query.desde);
  if (desde >= hasta) {
    throw badRequest('desde debe ser anterior a hasta', {
      errors: [{ path: 'query.desde', message: 'Debe ser anterior a hasta' }],
    });
  }
  const range = Math.min(hasta - desde, METRICS_RETENTION);
  const paso = query.paso === undefined ? defaultStep(range) : query.paso * 1_000;
  const nombres = (await listNombres(db)).filter((nombre) => nombre.startsWith(query.nombre ?? ''));
  assertBounded(range, paso, nombres.length);

  const series: Metricas['series'] = [];
  for (const nombre of nombres) {
    const puntos = await readSerie(db, nombre, { desde, hasta, paso });
    if (puntos.length > 0)
      series.push({ nombre, puntos: puntos.map((punto) => ({ ...punto, momento: isoTime(punto.momento) })) });
    // Reading a week of one series takes milliseconds; others get their turn in between.
    await nextTurn();
  }
  return {
    desde: isoTime(desde),
    hasta: isoTime(hasta),
    paso: paso / 1_000,
    series,
    timestamp: isoTime(now),
  };
}

const defaultStep = (range: number): number =>
  Math.max(1, Math.ceil(range / DEFAULT_POINTS / MEASURED_EVERY)) * MEASURED_EVERY;

function assertBounded(range: number, paso: number, series: number): void {
  const points = (Math.ceil(range / Math.max(paso, MEASURED_EVERY)) + 1) * series;
  if (points <= MAX_POINTS) return;
  const message = `Son hasta ${points} puntos y el máximo es ${MAX_POINTS}: use un paso mayor, menos tiempo o nombre`;
  throw badRequest(message, { errors: [{ path: 'query.paso', message }] });
}
