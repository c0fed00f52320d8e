/** One kind of load on some processes, and what it cost each of them. */
import type { Child } from './child.ts';
import type { Load, Measured } from './load/load.ts';
import { cpuNow, cpuSince } from './processes.ts';

export interface Cost {
  perSecond: number;
  latency: Measured['latency'];
  /** Requests that got another answer than the expected one, or none: how many, by status or code of the error. */
  failures: Record<string, number>;
  /** Operations that were done. */
  operations: number;
  /** CPU of each process and of all of them, per operation (ms). */
  cpuEach: Record<string, number>;
  cpu: number;
}

/**
 * Sends the load, waits until what it set off has ended too, and divides by the answers that were expected.
 * @throws Error when there was none
 */
export async function measure(
  generator: Child,
  load: Load,
  pids: ReadonlyMap<string, number>,
  options: { expected: number; settled?: () => Promise<void> },
): Promise<Cost> {
  const before = cpuNow(pids);
  const { measured, error } = await generator.ask<{ measured?: Measured; error?: string }>(load);
  if (!measured) throw new Error(error);
  await options.settled?.();
  const used = cpuSince(before, pids);
  const { [options.expected]: operations = 0, ...others } = measured.statuses;
  const failures = { ...others, ...measured.failures };
  if (operations === 0) throw new Error(`${load.requests[0]?.path}: ${JSON.stringify(failures)}`);
  const cpuEach = Object.fromEntries(Object.entries(used).map(([name, ms]) => [name, ms / operations]));
  return {
    perSecond: operations / measured.seconds,
    latency: measured.latency,
    failures,
    operations,
    cpuEach,
    cpu: Object.values(cpuEach).reduce((sum, ms) => sum + ms, 0),
  };
}
