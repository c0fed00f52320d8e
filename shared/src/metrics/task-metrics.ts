import type { Registry } from 'prom-client';
import { Counter, Histogram } from 'prom-client';

/** How one run of a job ended. */
export type RunOutcome =
  | 'success'
  | 'retry'
  | 'refused'
  | 'failed'
  | 'dead'
  | 'cancelled'
  | 'deferred'
  | 'duplicate'
  | 'quarantined';

export interface TaskMetrics {
  /** `task` is a name of the registry. */
  ran(task: string, outcome: RunOutcome, seconds: number): void;
}

/** Runs of jobs in this process, by task and outcome. */
export function createTaskMetrics(registry: Registry): TaskMetrics {
  const registers = [registry];
  const runs = new Counter({
    name: 'medisupply_task_runs_total',
    help: 'Runs of jobs by task and outcome (success, retry, refused, failed, dead, cancelled, deferred, duplicate, quarantined)',
    labelNames: ['task', 'outcome'] as const,
    registers,
  });
  const durations = new Histogram({
    name: 'medisupply_task_duration_seconds',
    help: 'Duration of the runs that did something',
    labelNames: ['task'] as const,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 600],
    registers,
  });
  return {
    ran(task, outcome, seconds) {
      runs.inc({ task, outcome });
      if (outcome !== 'duplicate' && outcome !== 'quarantined') durations.observe({ task }, seconds);
    },
  };
}
