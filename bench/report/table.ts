import type { Result } from '../result.ts';

const HEADINGS = [
  '',
  '/s',
  'p50',
  'p99',
  'p99.9',
  'aplicada p50',
  'p99',
  'CPU ms',
  'sentencias',
  'commits',
  'por proceso',
];

/** Results as lines for a terminal; latencies in ms. */
export function toTable(results: readonly Result[]): string {
  const rows = results.map(({ group, name, perSecond, latency, applied, cpu, database, cpuEach }) => [
    group === 'ingenua' ? `${name} (a la ingenua)` : name,
    Math.round(perSecond).toLocaleString('es'),
    fixed(latency?.p50, 1),
    fixed(latency?.p99, 1),
    fixed(latency?.p999, 1),
    fixed(applied?.p50, 0),
    fixed(applied?.p99, 0),
    fixed(cpu, 3),
    fixed(database?.statements, 1),
    fixed(database?.commits, 2),
    Object.entries(cpuEach)
      .filter(([, ms]) => ms >= 0.005)
      .map(([process, ms]) => `${process} ${ms.toFixed(2)}`)
      .join(', '),
  ]);
  const widths = HEADINGS.map((heading, at) =>
    Math.max(heading.length, ...rows.map((row) => row[at]?.length ?? 0)),
  );
  return [HEADINGS, ...rows]
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
