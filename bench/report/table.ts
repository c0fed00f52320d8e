import type { Standing } from '../idle.ts';
import { totalOf } from '../idle.ts';
import type { Result } from '../result.ts';
import { nearness, priceOf } from '../result.ts';

const HEADINGS = [
  '',
  '/s',
  'p50',
  'p99',
  'p99.9',
  'aplicada p50',
  'p99',
  'errores',
  'CPU ms',
  'sentencias',
  'commits',
  'sola',
  'ritmo/techo',
  'techo/CPU',
  '× ingenua',
  'CPU por proceso',
];

/** Results as lines of cells, the headings first; latencies in ms. */
export function toCells(results: readonly Result[]): string[][] {
  const rows = results.map((result) => {
    const { group, name, perSecond, latency, applied, failures, cpu, database, alone, cpuEach } = result;
    const near = nearness(result, results);
    return [
      group === 'ingenua' ? `${name} (a la ingenua)` : name,
      Math.round(perSecond).toLocaleString('es'),
      fixed(latency?.p50, 1),
      fixed(latency?.p99, 1),
      fixed(latency?.p999, 1),
      fixed(applied?.p50, 0),
      fixed(applied?.p99, 0),
      String(Object.values(failures).reduce((sum, count) => sum + count, 0)),
      fixed(cpu, 3),
      fixed(database?.statements, 1),
      fixed(database?.commits, 2),
      alone ? `${alone.statements}/${alone.commits}` : '',
      fixed(near?.rate, 2),
      fixed(near?.cpu, 2),
      fixed(priceOf(result, results), 2),
      Object.entries(cpuEach)
        .filter(([, ms]) => ms >= 0.005)
        .map(([process, ms]) => `${process} ${ms.toFixed(2)}`)
        .join(', '),
    ];
  });
  return [HEADINGS, ...rows];
}

/** What processes hold and use by themselves, the headings first. */
export function standingCells(standings: readonly Standing[]): string[][] {
  return [
    ['', '% de un núcleo', 'MiB (PSS)', 'MiB por proceso'],
    ...standings.map(({ when, cores, pss }) => [
      when,
      cores ? (totalOf(cores) * 100).toFixed(1) : '',
      totalOf(pss).toFixed(0),
      Object.entries(pss)
        .map(([process, mib]) => `${process} ${mib.toFixed(0)}`)
        .join(', '),
    ]),
  ];
}

/** Cells as lines for a terminal: the first and the last column to the left, figures to the right. */
export function toTable(cells: readonly (readonly string[])[]): string {
  const widths = (cells[0] ?? []).map((_, at) => Math.max(...cells.map((row) => row[at]?.length ?? 0)));
  return cells
    .map((row) =>
      row
        .map((cell, at) =>
          at === 0 || at === row.length - 1 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const fixed = (value: number | undefined, digits: number): string =>
  value === undefined ? '' : value.toFixed(digits);
