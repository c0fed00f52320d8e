import type { Percentiles } from './load/load.ts';
import type { Cost } from './measure.ts';
import type { DatabaseWork } from './subject.ts';

/** One line of the table. */
export interface Result {
  /** Of the platform, of the naive way of it, or of what its parts can do. */
  group: 'plataforma' | 'ingenua' | 'techos';
  name: string;
  perSecond: number;
  /** CPU per operation, of all processes and of each (ms). */
  cpu: number;
  cpuEach: Record<string, number>;
  /** Other answers than the expected one by status, none by the error's code, and what was not applied. */
  failures: Record<string, number>;
  latency?: Percentiles;
  /** From received to applied (ms). */
  applied?: Percentiles;
  /** Per operation, over all processes. */
  database?: DatabaseWork;
  /** The same of an operation that nothing else shares a commit with: a whole number, the same on every machine. */
  alone?: DatabaseWork;
  /** Name of the result that says what its parts can do, measured right after it. */
  ceiling?: string;
}

export const resultOf = (group: Result['group'], name: string, cost: Cost): Result => ({
  group,
  name,
  perSecond: cost.perSecond,
  cpu: cost.cpu,
  cpuEach: cost.cpuEach,
  failures: cost.failures,
  latency: cost.latency,
});

/** A part that counts its own work, in one process. */
export const partOf = (name: string, { perSecond, cpu }: { perSecond: number; cpu: number }): Result => ({
  group: 'techos',
  name,
  perSecond,
  cpu,
  cpuEach: { proceso: cpu },
  failures: {},
});

/** How near a result is to its ceiling; 1 is as good as its parts. */
export interface Nearness {
  /** Its rate by the ceiling's. An open loop has none: its rate is given. */
  rate: number;
  /** The ceiling's CPU by its own. */
  cpu: number;
}

export function nearness(result: Result, results: readonly Result[]): Nearness | undefined {
  const ceiling = results.find(({ name, group }) => name === result.ceiling && group !== 'ingenua');
  return ceiling && { rate: result.perSecond / ceiling.perSecond, cpu: ceiling.cpu / result.cpu };
}

/** What the guarantees cost: its CPU by that of the naive way under the same load. */
export function priceOf(result: Result, results: readonly Result[]): number | undefined {
  const naive = results.find(({ name, group }) => group === 'ingenua' && name === result.name);
  return result.group === 'plataforma' && naive ? result.cpu / naive.cpu : undefined;
}
