import { randomUUID } from 'node:crypto';
import type { JobsOptions } from 'bullmq';
import { Queue } from 'bullmq';
import type { ChainableCommander, Redis } from 'ioredis';
import type { Logger } from '../../logging/logger.ts';
import type { RedisAddress } from '../../redis/connect.ts';
import { connectForCommands } from '../../redis/connect.ts';
import { redisKey, SLOT_TAG } from '../../redis/keys.ts';
import type { QueueName, TaskDeclaration } from '../../tasks/define-task.ts';
import { QUEUES } from '../../tasks/registry.ts';
import type { Envelope } from './envelope.ts';

/** Of all keys of BullMQ. */
export const QUEUE_PREFIX = SLOT_TAG;

export interface OutgoingJob {
  queue: QueueName;
  jobId: string;
  envelope: Envelope;
  attempts: number;
}

/** Enqueues, and asks after what was enqueued. It never consumes. */
export interface QueueClient {
  readonly redis: Redis;
  isConnected(): boolean;
  /** The BullMQ queue. @throws Error while Redis has not been reached yet */
  queue(name: QueueName): Queue;
  /** Adds all jobs or rejects, within the deadline. A job id that exists is left as it is. */
  addBulk(jobs: readonly OutgoingJob[], deadlineMs: number): Promise<void>;
  jobState(queue: QueueName, jobId: string): Promise<string>;
  /** Those of the jobs of which Redis knows nothing; asks for all at once. */
  missing<J extends { cola: QueueName; jobId: string }>(jobs: readonly J[]): Promise<J[]>;
  /** Another text each time Redis may have lost jobs: it was emptied, started anew with what its disk holds, or replaced. */
  memory(): Promise<string>;
  /** Called each time the queues can be used (again). @returns how to stop listening */
  onConnected(listener: () => void): () => void;
  close(): Promise<void>;
}

/** Goes when Redis is emptied. */
const MEMORY_KEY = redisKey('memoria');
const READY_DEADLINE = 2_000;
const READY_RETRY = 500;

const KEEP = {
  removeOnComplete: { age: 3_600, count: 1_000 },
  removeOnFail: { age: 7 * 24 * 3_600, count: 10_000 },
} satisfies JobsOptions;

/** @param options.onlyLooks whoever may not write: BullMQ then notes nothing of its own in the queues */
export function createQueueClient(
  address: RedisAddress,
  logger: Logger,
  { onlyLooks = false }: { onlyLooks?: boolean } = {},
): QueueClient {
  const redis = connectForCommands(address, logger);
  const listeners = new Set<() => void>();
  let queues: Map<QueueName, Queue> | undefined;
  let retry: NodeJS.Timeout | undefined;
  let closed = false;

  /**
   * A BullMQ queue whose first contact with Redis fails stays broken for ever, so queues are made when Redis is there,
   * and made anew if that was not for long enough: at the next contact, or soon when there is one still.
   */
  async function onReady(): Promise<void> {
    clearTimeout(retry);
    if (!queues) {
      const opening = openQueues(redis, onlyLooks);
      try {
        await withDeadline(
          Promise.all([...opening.values()].map((opened) => opened.waitUntilReady())),
          READY_DEADLINE,
        );
      } catch {
        await closeQueues(opening);
        clearTimeout(retry);
        if (!closed) retry = setTimeout(() => redis.status === 'ready' && void onReady(), READY_RETRY);
        return;
      }
      if (closed || queues) await closeQueues(opening);
      else queues = opening;
    }
    if (closed) return;
    for (const listener of listeners) listener();
  }

  function queue(name: QueueName): Queue {
    const opened = queues?.get(name);
    if (!opened) throw new Error('Redis no está conectado');
    return opened;
  }

  redis.on('ready', () => void onReady());

  return {
    redis,
    queue,
    isConnected: () => queues !== undefined && redis.status === 'ready',

    async addBulk(jobs, deadlineMs) {
      if (redis.status !== 'ready') throw new Error('Redis no está conectado');
      const sends = [...Map.groupBy(jobs, (job) => job.queue)].map(([name, group]) =>
        queue(name).addBulk(
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

    jobState: (name, jobId) => withDeadline(queue(name).getJobState(jobId), 2_000),

    async missing(jobs) {
      const keys = redis.pipeline(
        jobs.map(({ cola, jobId }) => ['exists', `${QUEUE_PREFIX}:${cola}:${jobId}`]),
      );
      const found = await results(keys);
      return jobs.filter((_, index) => found[index] === 0);
    },

    async memory() {
      const [, mark, info] = await results(
        redis.pipeline().set(MEMORY_KEY, randomUUID(), 'NX').get(MEMORY_KEY).info('server'),
      );
      return `${String(mark)} ${/run_id:(\w+)/.exec(String(info))?.[1] ?? ''}`;
    },

    onConnected(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    async close() {
      closed = true;
      clearTimeout(retry);
      redis.disconnect();
      if (queues) await closeQueues(queues);
    },
  };
}

function openQueues(redis: Redis, skipMetasUpdate: boolean): Map<QueueName, Queue> {
  return new Map(
    QUEUES.map((name) => {
      const queue = new Queue(name, { connection: redis, prefix: QUEUE_PREFIX, skipMetasUpdate });
      // The connection reports its own outages; without a listener this event would end the process.
      queue.on('error', () => {});
      return [name, queue];
    }),
  );
}

/** @throws Error when one of the commands failed */
async function results(pipeline: ChainableCommander): Promise<unknown[]> {
  const answers = (await withDeadline(pipeline.exec(), 2_000)) ?? [];
  return answers.map(([error, answer]) => {
    if (error) throw error;
    return answer;
  });
}

async function closeQueues(queues: ReadonlyMap<QueueName, Queue>): Promise<void> {
  await Promise.allSettled([...queues.values()].map((queue) => queue.close()));
}

/** `retry` via the API is one attempt a job, with more as the second net when the API cannot be reached. */
export const attemptsOf = (task: TaskDeclaration): number =>
  task.retry.via === 'queue' ? task.retry.max : 5;

/** A hung Redis gives no error: nothing waits for it longer than this. */
export function withDeadline<T>(promise: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`Redis no respondió en ${ms} ms`)), ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
