import type { Job } from 'bullmq';
import { DelayedError, UnrecoverableError } from 'bullmq';
import type { RunOutcome, TaskMetrics } from '@medisupply/shared/metrics/task-metrics';
import { findTask } from '@medisupply/shared/tasks/registry';
import type { JobOutcome } from './run-job.ts';
import { QuarantinedJob } from './run-job.ts';

/** What a job's name may be when it is not genuine; as it is, it would make a series of each. */
const UNKNOWN = 'desconocida';

const OUTCOMES: Readonly<Record<string, RunOutcome>> = {
  DUPLICATE: 'duplicate',
  ENDED: 'cancelled',
  DEFERRED: 'deferred',
  REFUSED: 'refused',
  DEAD: 'dead',
  RETRY_SUBMITTED: 'retry',
  RETRY_REFUSED: 'failed',
};

/** Counts and times every run of `runJob`. */
export function measureRuns(
  runJob: (job: Job) => Promise<JobOutcome>,
  metrics: TaskMetrics,
): (job: Job) => Promise<JobOutcome> {
  return async (job) => {
    const started = performance.now();
    const ran = (outcome: RunOutcome) =>
      metrics.ran(findTask(job.name)?.name ?? UNKNOWN, outcome, (performance.now() - started) / 1_000);
    try {
      const outcome = await runJob(job);
      ran((typeof outcome === 'string' ? OUTCOMES[outcome] : undefined) ?? 'success');
      return outcome;
    } catch (error) {
      ran(failureOf(error));
      throw error;
    }
  };
}

function failureOf(error: unknown): RunOutcome {
  if (error instanceof QuarantinedJob) return 'quarantined';
  if (error instanceof DelayedError) return 'deferred';
  return error instanceof UnrecoverableError ? 'failed' : 'retry';
}
