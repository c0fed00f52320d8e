import type { JobsOptions } from 'bullmq';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Logger } from '../logging/logger.ts';
import type { RedisAddress } from '../redis/connect.ts';
import { connectForCommands } from '../redis/connect.ts';
import type { QueueName, TaskDeclaration } from './define-task.ts';
import { QUEUES } from './define-task.ts';
import type { Envelope } from './envelope.ts';

/** Hash tag: all keys of BullMQ share one slot of a Redis Cluster. */
export const QUEUE_PREFIX = '{medisupply}';

export interface OutgoingJob {
  queue: QueueName;
  jobId: string;
  envelope: Envelope;
  attempts: number;
}

/** Enqueues, and asks after what was enqueued. It never consumes. */
export interface QueueClient {
  readonly redis: Redis;
  readonly queues: ReadonlyMap<QueueName, Queue>;
  isConnected(): boolean;
  /** Adds all jobs or rejects, within the deadline. A job id that exists is left as it is. */
  addBulk(jobs: readonly OutgoingJob[], deadlineMs: number): Promise<void>;
  jobState(queue: QueueName, jobId: string): Promise<string>;
  close(): Promise<void>;
}

const KEEP = {
  removeOnComplete: { age: 3_600, count: 1_000 },
  removeOnFail: { age: 7 * 24 * 3_600, count: 10_000 },
} satisfies JobsOptions;

export function createQueueClient(address: RedisAddress, logger: Logger): QueueClient {
  const redis = connectForCommands(address, logger);
  const queues = new Map<QueueName, Queue>(
    QUEUES.map((name) => {
      const queue = new Queue(name, { connection: redis, prefix: QUEUE_PREFIX, skipWaitingForReady: true });
      // The connection reports its own outages; without a listener this event would end the process.
      queue.on('error', () => {});
      return [name, queue];
    }),
  );

  return {
    redis,
    queues,
    isConnected: () => redis.status === 'ready',

    async addBulk(jobs, deadlineMs) {
      if (redis.status !== 'ready') throw new Error('Redis no está conectado');
      const sends = [...groupByQueue(jobs)].map(([name, group]) =>
        queues.get(name)!.addBulk(
          group.map((job) => ({
            name: job.envelope.name,
            data: job.envelope,
            opts: {
              ...KEEP,
              jobId: job.jobId,
              attempts: job.attempts,
              backoff: { type: 'exponential', delay: 1_000, jitter: 0.5 },
            },
          })),
        ),
      );
      await withDeadline(Promise.all(sends), deadlineMs);
    },

    async jobState(queue, jobId) {
      return withDeadline(queues.get(queue)!.getJobState(jobId), 2_000);
    },

    async close() {
      redis.disconnect();
      await Promise.allSettled([...queues.values()].map((queue) => queue.close()));
    },
  };
}

/** `retry` via the API is one attempt a job, with more as the second net when the API cannot be reached. */
export const attemptsOf = (task: TaskDeclaration): number =>
  task.retry.via === 'queue' ? task.retry.max : 5;

function groupByQueue(jobs: readonly OutgoingJob[]): Map<QueueName, OutgoingJob[]> {
  return Map.groupBy(jobs, (job) => job.queue);
}

/** A hung Redis gives no error: nothing waits for it longer than this. */
export function withDeadline<T>(promise: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`Redis no respondió en ${ms} ms`)), ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
