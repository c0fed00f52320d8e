import type { Job, JobType } from 'bullmq';
import type { QueueName } from '../../tasks/define-task.ts';
import { QUEUES } from '../../tasks/registry.ts';
import type { QueueClient } from './queue-client.ts';
import { withDeadline } from './queue-client.ts';

/** A job as Redis has it now. What counts is the row in the database: Redis keeps no job for long, and may lose it. */
export interface RedisTask {
  task_id: string;
  name: string;
  queue: QueueName;
  state: RedisState;
  /** Attempt number, from 0; null when the job is not one of ours. */
  intento: number | null;
  /** When it was put into the queue (ISO 8601, UTC). */
  timestamp: string;
}

const STATES = [
  'active',
  'waiting',
  'prioritized',
  'delayed',
  'failed',
  'completed',
] as const satisfies JobType[];
type RedisState = (typeof STATES)[number];

const DEADLINE = 2_000;

/**
 * The tasks that are in Redis, in all queues and states or in those that are named, newest first; without their
 * parameters. Up to `limit` of each queue and state are looked at.
 * @throws Error when Redis does not answer within 2 s
 */
export async function listTasksFromRedis(
  queues: Pick<QueueClient, 'queue'>,
  options: { queues?: readonly QueueName[]; states?: readonly RedisState[]; limit?: number } = {},
): Promise<RedisTask[]> {
  const { queues: names = QUEUES, states = STATES, limit = 100 } = options;
  const found = await withDeadline(
    Promise.all(
      names.flatMap((name) =>
        states.map(async (state) => {
          const jobs = await queues.queue(name).getJobs([state], 0, limit - 1);
          // One that is removed meanwhile has no job any more.
          return jobs.flatMap((job?: Job) => (job ? [taskOf(job, name, state)] : []));
        }),
      ),
    ),
    DEADLINE,
  );
  return found
    .flat()
    .toSorted((a, b) => b.timestamp.localeCompare(a.timestamp))
    .slice(0, limit);
}

function taskOf(job: Job, queue: QueueName, state: RedisState): RedisTask {
  const { task_id, intento } = (job.data ?? {}) as { task_id?: unknown; intento?: unknown };
  return {
    task_id: typeof task_id === 'string' ? task_id : (job.id ?? ''),
    name: job.name,
    queue,
    state,
    intento: typeof intento === 'number' ? intento : null,
    timestamp: new Date(job.timestamp).toISOString(),
  };
}
