import { percentilesOf } from '@medisupply/shared/metrics/percentile';
import type { Percentiles } from './load.ts';

/** What is shown of many latencies; 0 without any. */
export function percentiles(values: readonly number[]): Percentiles {
  const at = percentilesOf(values);
  return { p50: at(0.5) ?? 0, p99: at(0.99) ?? 0, p999: at(0.999) ?? 0, max: at(1) ?? 0 };
}
