/** One kind of load on some processes, and what it cost each of them. */
import type { Child } from './child.ts';
import type { Load, Measured } from './load/load.ts';
import { cpuNow, cpuSince } from './processes.ts';

export interface Cost extends Measured {
  perSecond: number;
  /** CPU of each process and of all of them, per answer (ms). */
  cpuEach: Record<string, number>;
  cpuTotal: number;
}

/**
 * Sends the load, waits until what it set off has ended too, and divides by the answers.
 * @throws Error when anything but `expected` was answered: what was refused cost something else
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
  const good = measured.statuses[options.expected] ?? 0;
  if (good !== measured.answers || measured.errors > 0)
    throw new Error(
      `${load.requests[0]?.path}: ${JSON.stringify(measured.statuses)}, ${measured.errors} without an answer`,
    );
  const cpuEach = Object.fromEntries(Object.entries(used).map(([name, ms]) => [name, ms / measured.answers]));
  return {
    ...measured,
    perSecond: measured.answers / measured.seconds,
    cpuEach,
    cpuTotal: Object.values(cpuEach).reduce((sum, ms) => sum + ms, 0),
  };
}
