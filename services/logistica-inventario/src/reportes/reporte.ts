/** The figures of a period, each from the database. */
import { isoTime } from '@medisupply/shared/contracts/fields';
import type { Reporte } from '@medisupply/shared/contracts/logistica/reportes';
import { percentilesOf } from '@medisupply/shared/metrics/percentile';
import type { TaskRun } from '@medisupply/shared/queueing/handler';
import { endOfPeriod } from '@medisupply/shared/tasks/logistica';
import type { Kysely } from 'kysely';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LogisticaTables } from '../tables.ts';
import { overIdRanges } from './id-ranges.ts';
import type { Period } from './reportes.repository.ts';
import {
  confirmacionesAfter,
  countByDayAndState,
  countRefusedSignatures,
  entregaIdRange,
  movedProducts,
} from './reportes.repository.ts';

const DAY = 24 * 3_600_000;
const DEFAULT_DAYS = 30;
/** A step reads for about 10 ms. */
const ENTREGAS_PER_STEP = 10_000;
const CONFIRMACIONES_PER_STEP = 1_000;
const MAX_PRODUCTS = 1_000;

export function periodOf(
  params: { fecha_inicio?: string | null | undefined; fecha_fin?: string | null | undefined },
  now: number,
): Period {
  const { fecha_inicio, fecha_fin } = params;
  const until = fecha_fin ? endOfPeriod(fecha_fin) : now;
  if (fecha_inicio === null) return { since: 0, until };
  return { since: fecha_inicio === undefined ? until - DEFAULT_DAYS * DAY : Date.parse(fecha_inicio), until };
}

export async function generar(
  db: Kysely<LogisticaTables>,
  period: Period,
  run: Pick<TaskRun, 'signal' | 'progress'>,
): Promise<Reporte> {
  const progress = throttled(run.progress);
  const entregas = await countEntregas(db, period, run.signal, (fraction) => progress(fraction * 45));
  const confirmaciones = await countConfirmaciones(db, period, run.signal, (fraction) =>
    progress(45 + fraction * 50),
  );
  const [firmas_rechazadas, productos] = await Promise.all([
    countRefusedSignatures(db, period),
    movedProducts(db, period, MAX_PRODUCTS),
  ]);
  return {
    periodo: { desde: isoTime(period.since), hasta: isoTime(period.until) },
    entregas,
    confirmaciones,
    firmas_rechazadas,
    productos,
  };
}

type OnProgress = (fraction: number) => Promise<void>;

async function countEntregas(
  db: Kysely<LogisticaTables>,
  period: Period,
  signal: AbortSignal,
  onProgress: OnProgress,
): Promise<Reporte['entregas']> {
  const counts = new Map<string, { dia: string; estado: string; cantidad: number }>();
  const range = await entregaIdRange(db, period);
  if (range) {
    await overIdRanges(
      { ...range, size: ENTREGAS_PER_STEP, signal },
      async (first, last) => {
        for (const { dia, estado, cantidad } of await countByDayAndState(db, { first, last }, period)) {
          const key = `${dia} ${estado}`;
          const seen = counts.get(key);
          if (seen) seen.cantidad += cantidad;
          else counts.set(key, { dia, estado, cantidad });
        }
      },
      onProgress,
    );
  }
  const por_dia = [...counts.values()].toSorted(
    (a, b) => a.dia.localeCompare(b.dia) || a.estado.localeCompare(b.estado),
  );
  const por_estado: Record<string, number> = {};
  for (const { estado, cantidad } of por_dia) por_estado[estado] = (por_estado[estado] ?? 0) + cantidad;
  return { total: por_dia.reduce((sum, row) => sum + row.cantidad, 0), por_estado, por_dia };
}

async function countConfirmaciones(
  db: Kysely<LogisticaTables>,
  period: Period,
  signal: AbortSignal,
  onProgress: OnProgress,
): Promise<Reporte['confirmaciones']> {
  const figures = { aceptadas: 0, aplicadas: 0, rechazadas: 0, muertas: 0, con_reintentos: 0, reintentos: 0 };
  const latencies: number[] = [];
  let after = { creada: period.since - 1, task_id: '' };
  for (;;) {
    signal.throwIfAborted();
    const rows = await confirmacionesAfter(db, after, period, CONFIRMACIONES_PER_STEP);
    for (const row of rows) {
      figures.aceptadas += 1;
      if (row.estado === 'APLICADA') figures.aplicadas += 1;
      if (row.estado === 'RECHAZADA') figures.rechazadas += 1;
      if (row.estado === 'MUERTA') figures.muertas += 1;
      if (row.intento) {
        figures.con_reintentos += 1;
        figures.reintentos += row.intento;
      }
      if (row.estado === 'APLICADA' && row.terminada !== null && row.recibida > 0)
        latencies.push(row.terminada - row.recibida);
    }
    const last = rows.at(-1);
    if (!last || rows.length < CONFIRMACIONES_PER_STEP) break;
    after = last;
    await onProgress((last.creada - period.since) / (period.until - period.since));
    await nextTurn();
  }
  return { ...figures, latencia_ms: percentiles(latencies) };
}

function percentiles(values: readonly number[]): Reporte['confirmaciones']['latencia_ms'] {
  if (values.length === 0) return null;
  const at = percentilesOf(values);
  return { p50: at(0.5)!, p90: at(0.9)!, p99: at(0.99)!, max: at(1)! };
}

/** Written at most twice a second: each is a commit. */
function throttled(write: (percent: number) => Promise<void>): (percent: number) => Promise<void> {
  let last = 0;
  return async (percent) => {
    if (Date.now() - last < 500) return;
    last = Date.now();
    await write(Math.round(percent));
  };
}
