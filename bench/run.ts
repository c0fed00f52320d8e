import type { Ceilings } from './ceilings.ts';
import type { Child } from './child.ts';
import type { Result } from './result.ts';
import type { Subject } from './subject.ts';

/** What every measurement of one run has in common. */
export interface Run {
  subject: Subject;
  generator: Child;
  ceilings: Ceilings;
  report: (result: Result) => void;
  /** How long a load without a given number of requests lasts. */
  seconds: number;
}

/** As many as browsers in an office. */
export const CONNECTIONS = 32;
