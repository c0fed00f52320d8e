import type { DatabaseWork } from './subject.ts';
import type { Cost } from './measure.ts';

/** One line of the table. */
export interface Result {
  group: 'plataforma' | 'ingenua' | 'techos';
  name: string;
  perSecond: number;
  /** CPU per operation, of all processes and of each (ms). */
  cpu: number;
  cpuEach: Record<string, number>;
  latency?: Cost['latency'];
  /** From received to applied (ms). */
  applied?: Cost['latency'];
  /** Per operation, over all processes. */
  database?: DatabaseWork;
}

export const resultOf = (group: Result['group'], name: string, cost: Cost): Result => ({
  group,
  name,
  perSecond: cost.perSecond,
  cpu: cost.cpuTotal,
  cpuEach: cost.cpuEach,
  latency: cost.latency,
});
