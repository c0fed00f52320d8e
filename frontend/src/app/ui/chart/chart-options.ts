import type { BarSeriesOption, LineSeriesOption } from 'echarts/charts';
import type { GridComponentOption, TooltipComponentOption } from 'echarts/components';
import type { ComposeOption } from 'echarts/core';

export type ChartKind = 'line' | 'area' | 'bar';

/** A moment (ms since 1970) or a category, and what was measured there; `null` breaks the line. */
export type ChartPoint = readonly [x: number | string, y: number | null];

export interface ChartSeries {
  /** Translated. */
  name: string;
  points: readonly ChartPoint[];
}

export interface ChartData {
  kind: ChartKind;
  series: readonly ChartSeries[];
  /** Such as `ms`; shown after every value. */
  unit: string;
  idioma: string;
  animated: boolean;
}

export type ChartOptions = ComposeOption<
  BarSeriesOption | LineSeriesOption | GridComponentOption | TooltipComponentOption
>;

/**
 * Colours and strokes of the series, in turn: series differ by more than their colour. The drawing is SVG, so that
 * variables work in it as everywhere: it follows the theme without being drawn again.
 */
const COLORS = [
  'var(--mat-sys-primary)',
  'var(--mat-sys-tertiary)',
  'var(--ms-work)',
  'var(--ms-wait)',
  'var(--ms-rest)',
] as const;
const STROKES = ['solid', 'dashed', 'dotted'] as const;

export const colorOf = (index: number): string => COLORS[index % COLORS.length] ?? COLORS[0];
export const strokeOf = (index: number): (typeof STROKES)[number] =>
  STROKES[index % STROKES.length] ?? STROKES[0];

const TEXT = 'var(--mat-sys-on-surface-variant)';
const LINE = 'var(--mat-sys-outline-variant)';
/** ECharts measures texts with it: a name that a canvas understands too. */
const FONT = "'Hanken Grotesk Variable', system-ui, sans-serif";
/** A time axis is at least so long, even for a single point (ms). */
const SHORTEST = 5 * 60_000;

export function chartOptions(data: ChartData): ChartOptions {
  const { kind, series, unit, idioma, animated } = data;
  const ofTime = isOfTime(series);
  const whole = series.every(({ points }) => points.every(([, y]) => Number.isInteger(y ?? 0)));
  return {
    animation: animated,
    animationDuration: 250,
    animationDurationUpdate: 250,
    textStyle: { fontFamily: FONT },
    grid: { left: 4, right: 12, top: 16, bottom: 4, outerBoundsMode: 'same' },
    tooltip: {
      trigger: 'axis',
      renderMode: 'richText',
      backgroundColor: 'var(--mat-sys-surface-container-high)',
      borderColor: LINE,
      textStyle: { color: 'var(--mat-sys-on-surface)', fontSize: 13, fontFamily: FONT },
      valueFormatter: (value) => formatValue(typeof value === 'number' ? value : null, unit, idioma),
    },
    xAxis: ofTime
      ? { type: 'time', min: ({ min, max }) => Math.min(min, max - SHORTEST), ...xAxis(data) }
      : { type: 'category', ...xAxis(data) },
    yAxis: {
      type: 'value',
      splitNumber: 4,
      ...(whole ? { minInterval: 1 } : {}),
      splitLine: { lineStyle: { color: LINE } },
      axisLabel: { color: TEXT, formatter: (value: number) => compactNumber(value, idioma) },
    },
    series: series.map((one, index) => (kind === 'bar' ? bars(one, index) : line(one, index, kind))),
  };
}

const xAxis = ({ kind, idioma }: ChartData) => ({
  axisLine: { lineStyle: { color: LINE } },
  axisTick: { show: false },
  splitLine: { show: false },
  axisLabel: {
    color: TEXT,
    hideOverlap: true,
    formatter: (x: number | string) => formatX(x, idioma),
  },
  axisPointer: {
    type: kind === 'bar' ? ('shadow' as const) : ('line' as const),
    lineStyle: { color: 'var(--mat-sys-outline)' },
    // Not drawn: it is the heading of the tooltip.
    label: {
      show: false,
      formatter: ({ value }: { value: unknown }) => formatX(value as number | string, idioma),
    },
  },
});

/** Category or time, by the first point. */
const isOfTime = (series: readonly ChartSeries[]): boolean =>
  typeof series.find(({ points }) => points.length > 0)?.points[0]?.[0] !== 'string';

const bars = ({ name, points }: ChartSeries, index: number): BarSeriesOption => ({
  type: 'bar',
  name,
  data: points.map(([x, y]) => [x, y]),
  barMaxWidth: 36,
  itemStyle: { color: colorOf(index), borderRadius: [4, 4, 0, 0] },
  emphasis: { disabled: true },
});

const line = ({ name, points }: ChartSeries, index: number, kind: 'line' | 'area'): LineSeriesOption => ({
  type: 'line',
  name,
  data: points.map(([x, y]) => [x, y]),
  symbol: 'circle',
  symbolSize: 5,
  // A line through one point is not visible.
  showSymbol: points.length < 3,
  lineStyle: { color: colorOf(index), type: strokeOf(index), width: 2 },
  itemStyle: { color: colorOf(index) },
  ...(kind === 'area' ? { areaStyle: { color: colorOf(index), opacity: 0.14 } } : {}),
  emphasis: { disabled: true },
});

/** `12,5 ms`; a dash where nothing was measured. */
export function formatValue(value: number | null, unit: string, idioma: string): string {
  if (value === null) return '–';
  const number = new Intl.NumberFormat(idioma, { maximumFractionDigits: value < 10 ? 2 : 1 }).format(value);
  return unit === '' ? number : `${number} ${unit}`;
}

const compactNumber = (value: number, idioma: string): string =>
  new Intl.NumberFormat(idioma, { notation: 'compact', maximumFractionDigits: 1 }).format(value);

/** A moment as the time of day; a category as it is. */
export const formatX = (x: number | string, idioma: string): string =>
  typeof x === 'string'
    ? x
    : new Date(x).toLocaleTimeString(idioma, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

export interface ChartRow {
  x: number | string;
  values: readonly (number | null)[];
}

/** The same as a table: a row for each x of any series, the latest moment first, categories in their order. */
export function chartRows(series: readonly ChartSeries[]): ChartRow[] {
  const columns = series.map(({ points }) => new Map(points));
  const all = [...new Set(columns.flatMap((column) => [...column.keys()]))];
  const sorted = isOfTime(series) ? all.toSorted((a, b) => Number(b) - Number(a)) : all;
  return sorted
    .map((x) => ({ x, values: columns.map((column) => column.get(x) ?? null) }))
    .filter(({ values }) => values.some((value) => value !== null));
}
