import type { Signal } from '@angular/core';
import { inject, signal } from '@angular/core';
import type { MonitorOperations } from '@medisupply/api-client/operations';
import { MonitorApi } from '../core/api/monitor-api';
import type { ChartPoint } from '../ui/chart/chart-options';
import { whileVisible } from './while-visible';

type Metricas = MonitorOperations['GET /metricas']['answer'];
/** Points by the name of the series. */
export type Series = ReadonlyMap<string, readonly ChartPoint[]>;

/** The platform measures once a minute. */
const EVERY = 30_000;
const HOUR = 3_600_000;

export interface Historia {
  /** Undefined until the first answer. */
  series: Signal<Series | undefined>;
  error: Signal<unknown>;
  reload: () => void;
}

/** The stored series of the last hour whose names begin with `nombre`, read again as they grow. */
export function storedSeries(nombre: string): Historia {
  const monitor = inject(MonitorApi);
  const series = signal<Series | undefined>(undefined);
  const error = signal<unknown>(undefined);
  const reload = whileVisible(EVERY, async (stop) => {
    try {
      const { data } = await monitor.call('GET /metricas', { query: { nombre }, signal: stop });
      series.set(pointsByName(data));
      error.set(undefined);
    } catch (reason) {
      if (!stop.aborted) error.set(reason);
    }
  });
  return { series: series.asReadonly(), error: error.asReadonly(), reload };
}

const pointsByName = ({ series }: Metricas): Series =>
  new Map(
    series.map(({ nombre, puntos }) => [
      nombre,
      puntos.map(({ momento, promedio }): ChartPoint => [Date.parse(momento), promedio]),
    ]),
  );

/** Of samples in the order of time, those that the charts show. */
export const lastHour = <T extends { momento: number }>(samples: readonly T[], now: number): readonly T[] =>
  samples.slice(samples.findIndex(({ momento }) => momento >= now - HOUR));

/** What is stored and what was seen live, of the last hour, in the order of time; a pause of minutes breaks the line. */
export function joinPoints(
  stored: readonly ChartPoint[],
  live: readonly ChartPoint[],
  now: number,
): ChartPoint[] {
  const points = [...stored, ...live]
    .filter(([x]) => Number(x) >= now - HOUR)
    .toSorted(([a], [b]) => Number(a) - Number(b));
  return points.flatMap((point, index) => {
    const before = points[index - 1];
    const paused = before !== undefined && Number(point[0]) - Number(before[0]) > LONGEST_STEP;
    return paused ? [[Number(before[0]) + 1, null] as const, point] : [point];
  });
}

/** Stored points are a minute apart; one may be missing. */
const LONGEST_STEP = 150_000;
