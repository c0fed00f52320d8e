import type { Standing } from './idle.ts';
import type { Machine } from './machine.ts';
import type { Result } from './result.ts';

/** One run. */
export interface Outcome {
  started: string;
  machine: Machine;
  results: Result[];
  standings: Standing[];
}
