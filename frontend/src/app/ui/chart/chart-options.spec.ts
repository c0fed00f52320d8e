import type { ChartSeries } from './chart-options';
import { chartOptions, chartRows, formatValue } from './chart-options';

const MINUTE = 60_000;
const colas: ChartSeries[] = [
  {
    name: 'default',
    points: [
      [0, 1],
      [MINUTE, 2.5],
      [2 * MINUTE, null],
    ],
  },
  { name: 'monitor', points: [[MINUTE, 0]] },
];
const base = { kind: 'line', unit: 'ms', idioma: 'es', animated: false } as const;

test('when it is read as a table, then each moment is a row, the latest first, without those nobody measured', () => {
  expect(chartRows(colas)).toEqual([
    { x: MINUTE, values: [2.5, 0] },
    { x: 0, values: [1, null] },
  ]);
});

test('when the x are categories, then they stay in their order', () => {
  const points = [
    ['b', 2],
    ['a', 1],
  ] as const;
  expect(chartRows([{ name: 'stock', points }]).map(({ x }) => x)).toEqual(['b', 'a']);
  expect(chartOptions({ ...base, kind: 'bar', series: [{ name: 'stock', points }] }).xAxis).toMatchObject({
    type: 'category',
  });
});

test('when lines are drawn, then no two of the first three share colour or stroke', () => {
  const series = ['a', 'b', 'c'].map((name): ChartSeries => ({ name, points: [[0, 1]] }));
  const { xAxis, series: drawn } = chartOptions({ ...base, series });
  const styles = (drawn as { lineStyle: { color: string; type: string } }[]).map(
    ({ lineStyle }) => lineStyle,
  );
  expect(xAxis).toMatchObject({ type: 'time' });
  expect([
    new Set(styles.map(({ color }) => color)).size,
    new Set(styles.map(({ type }) => type)).size,
  ]).toEqual([3, 3]);
});

test.each([
  [1234.567, 'ms', 'es', '1234,6 ms'],
  [1234.567, 'ms', 'en', '1,234.6 ms'],
  [0.125, '', 'es', '0,13'],
  [null, 'ms', 'es', '–'],
])('when %s %s is shown in %s, then as «%s»', (value, unit, idioma, expected) => {
  expect(formatValue(value, unit, idioma)).toBe(expected);
});
