/** What Redis knows of the queues: it answers whether or not a worker does. */
import type { Job, Queue } from 'bullmq';
import { isoTime } from '@medisupply/shared/contracts/fields';
import type { QueueName } from '@medisupply/shared/tasks/define-task';
import { QUEUES } from '@medisupply/shared/tasks/registry';
import type { ControlClient } from '@medisupply/shared/queueing/control/control-client';

/** Jobs listed per queue and state. */
const MAX_LISTED = 20;
/** BullMQ keeps the time of a delayed job in the upper bits of its score. */
const SCORE_PER_MS = 0x1000;

export interface QueuedJob {
  task_id: string;
  name: string;
}

export interface QueueView {
  queue: QueueName;
  paused: boolean;
  waiting: number;
  active: number;
}

export interface ReservedView extends QueueView {
  /** Taken by a worker, the first ones. */
  taken: QueuedJob[];
  /** Next in line, the first ones. */
  next: QueuedJob[];
}

export interface DelayedJob extends QueuedJob {
  queue: QueueName;
  /** ISO 8601, UTC */
  at: string;
}

export async function viewQueue(client: ControlClient, name: QueueName): Promise<QueueView> {
  const queue = client.queue(name);
  const [counts, paused] = await client.within(
    Promise.all([queue.getJobCounts('waiting', 'prioritized', 'active'), queue.isPaused()]),
  );
  const { waiting = 0, prioritized = 0, active = 0 } = counts;
  return { queue: name, paused, waiting: waiting + prioritized, active };
}

export const viewReserved = (client: ControlClient): Promise<ReservedView[]> =>
  Promise.all(
    QUEUES.map(async (name) => {
      const queue = client.queue(name);
      const [view, taken, next] = await client.within(
        Promise.all([
          viewQueue(client, name),
          queue.getJobs(['active'], 0, MAX_LISTED - 1, true),
          queue.getJobs(['prioritized', 'waiting'], 0, MAX_LISTED - 1, true),
        ]),
      );
      return { ...view, taken: queuedJobs(taken), next: queuedJobs(next) };
    }),
  );

/** Jobs that BullMQ holds back: attempts that failed and are tried again later. */
export async function delayedJobs(client: ControlClient): Promise<DelayedJob[]> {
  const perQueue = await client.within(
    Promise.all(QUEUES.map((name) => delayedOf(client, client.queue(name), name))),
  );
  return perQueue.flat();
}

async function delayedOf(client: ControlClient, queue: Queue, name: QueueName): Promise<DelayedJob[]> {
  const jobs = await queue.getJobs(['delayed'], 0, MAX_LISTED - 1, true);
  const key = queue.toKey('delayed');
  const listed = await Promise.all(
    jobs.filter(exists).map(async (job) => {
      const score = await client.redis.zscore(key, job.id ?? '');
      return score === null
        ? []
        : [{ ...queuedJob(job), queue: name, at: isoTime(Math.floor(Number(score) / SCORE_PER_MS)) }];
    }),
  );
  return listed.flat();
}

/** A job may end between the list and the look at it. */
const exists = (job: Job | undefined | null): job is Job => job !== undefined && job !== null;

const queuedJobs = (jobs: readonly (Job | undefined | null)[]): QueuedJob[] =>
  jobs.filter(exists).map(queuedJob);

function queuedJob(job: Job): QueuedJob {
  const data = job.data as { task_id?: unknown } | null;
  const task_id = typeof data?.task_id === 'string' ? data.task_id.slice(0, 64) : (job.id ?? '');
  return { task_id, name: job.name };
}
