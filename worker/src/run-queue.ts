import { hostname } from 'node:os';
import type { Job } from 'bullmq';
import { Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { connectForBlocking, redisAddressOf } from '@medisupply/shared/redis/connect';
import type { RedisAddress } from '@medisupply/shared/redis/connect';
import type { Logger } from '@medisupply/shared/logging/logger';
import type { QueueName } from '@medisupply/shared/tasks/define-task';
import { QUEUE_PREFIX } from '@medisupply/shared/queueing/wire/queue-client';
import { createEventLoopLag } from '@medisupply/shared/queueing/control/event-loop-lag';
import type { WorkerState } from '@medisupply/shared/contracts/monitor/workers';
import type { Container } from './container.ts';

const CLOSE_DEADLINE = 15_000;
/**
 * A dead worker's jobs run again once their locks ran out and somebody noticed: at most the sum of both (ms). A slow
 * worker renews its locks every quarter of it, and one that could not has its run undone by `tracked`.
 */
export const LOCKS = { lockDuration: 8_000, stalledInterval: 2_000 };
/**
 * KEYS 1: a job that this process ran. Unless it still holds the lock (ARGV 1), the start is taken back: it would look
 * like the death of a worker, see `deathsOf`.
 */
const TAKE_BACK_START = `
if redis.call('GET', KEYS[1] .. ':lock') ~= ARGV[1] and redis.call('EXISTS', KEYS[1]) == 1 then
  redis.call('HINCRBY', KEYS[1], 'ats', -1)
end
`;
/** Deliveries are short and share commits; the other queues need few slots. */
const OTHER_CONCURRENCY = 4;

/** The consumers of this worker's queues, and what they are doing. */
export interface Consumers {
  /** Jobs that run now, the longest first. */
  active(): ActiveJob[];
  /** How many jobs of each queue may run at the same time, and how many do. */
  slots(): { queue: QueueName; concurrency: number; active: number }[];
  /** From now on, until the process ends; what runs already is left to finish. */
  setConcurrency(queue: QueueName, concurrency: number): void;
  state(stopping: boolean): WorkerState;
  /** The same for the next heartbeat; the event loop's lag is counted anew from here. */
  snapshot(stopping: boolean): WorkerState;
  /** Waits for running jobs, up to a deadline; what is cut off runs again elsewhere. */
  close(): Promise<void>;
}

interface ActiveJob {
  task_id: string;
  name: string;
  queue: QueueName;
  /** ISO 8601, UTC */
  started: string;
}

export function startConsumers(
  { id, config, logger, queues, runJob }: Pick<Container, 'id' | 'config' | 'logger' | 'queues' | 'runJob'>,
  faults: WorkerState['faults'],
): Consumers {
  const address = redisAddressOf(config);
  const active = new Map<Job, number>();
  const totals = { processed: 0, failed: 0 };
  const lag = createEventLoopLag();

  const tracked = async (job: Job) => {
    const started = performance.now();
    active.set(job, Date.now());
    try {
      return await runJob(job);
    } finally {
      active.delete(job);
      if (performance.now() - started >= LOCKS.lockDuration) await takeBackStart(job);
    }
  };
  const takeBackStart = async (job: Job) => {
    const key = `${QUEUE_PREFIX}:${job.queueName}:${job.id}`;
    try {
      await queues.redis.eval(TAKE_BACK_START, 1, key, job.token ?? '');
    } catch (error) {
      logger.debug({ reason: String(error) }, 'no se supo si un trabajo lento conservaba su bloqueo');
    }
  };
  const consumers = config.WORKER_QUEUES.map((queue) => {
    const concurrency = queue === 'logistica' ? config.WORKER_CONCURRENCY : OTHER_CONCURRENCY;
    const consumer = startConsumer(queue, concurrency, tracked, address, logger);
    consumer.worker.on('completed', () => {
      totals.processed += 1;
    });
    consumer.worker.on('failed', () => {
      totals.failed += 1;
    });
    return consumer;
  });

  const activeJobs = (): ActiveJob[] =>
    [...active].map(([job, started]) => ({
      task_id: taskIdOf(job),
      name: job.name,
      queue: job.queueName,
      started: new Date(started).toISOString(),
    }));

  const stateWith = (event_loop_lag_ms: number, stopping: boolean): WorkerState => ({
    id,
    host: hostname(),
    pid: process.pid,
    queues: config.WORKER_QUEUES,
    concurrency: consumers.reduce((sum, { worker }) => sum + worker.concurrency, 0),
    ...totals,
    active: activeJobs()
      .slice(0, 100)
      .map(({ task_id, name, started }) => ({ task_id, name, started })),
    rss: process.memoryUsage.rss(),
    event_loop_lag_ms,
    uptime: Math.round(process.uptime()),
    status: stopping ? 'stopping' : active.size > 0 ? 'active' : 'idle',
    faults,
  });

  return {
    active: activeJobs,
    slots() {
      const running = activeJobs();
      return consumers.map(({ queue, worker }) => ({
        queue,
        concurrency: worker.concurrency,
        active: running.filter((job) => job.queue === queue).length,
      }));
    },
    setConcurrency(queue, concurrency) {
      const worker = consumers.find((consumer) => consumer.queue === queue)!.worker;
      worker.concurrency = concurrency;
      // With every slot taken BullMQ looks at the number again only when a job ends; an empty turn makes it look now.
      worker['mainLoopQueue']?.add(Promise.resolve());
    },
    state: (stopping) => stateWith(lag.peek(), stopping),
    snapshot: (stopping) => stateWith(lag.read(), stopping),
    async close() {
      await Promise.all(consumers.map((consumer) => consumer.close()));
      lag.close();
    },
  };
}

interface Consumer {
  queue: QueueName;
  worker: Worker;
  close(): Promise<void>;
}

function startConsumer(
  queue: QueueName,
  concurrency: number,
  run: (job: Job) => Promise<unknown>,
  address: RedisAddress,
  logger: Logger,
): Consumer {
  const connection: Redis = connectForBlocking(address, logger.child({ cola: queue }));
  const worker = new Worker(queue, run, {
    connection,
    prefix: QUEUE_PREFIX,
    concurrency,
    ...LOCKS,
    // Deaths are counted by run-job, which then runs a suspect alone; the default would fail a job after two.
    maxStalledCount: 1_000,
    metrics: { maxDataPoints: 60 * 24 },
  });
  // Outages are reported once by the connection; without a listener this event would end the process.
  worker.on('error', (error) => {
    logger.debug({ cola: queue, reason: error.message }, 'el consumidor informó de un error');
  });
  return {
    queue,
    worker,
    async close() {
      const deadline = new Promise<void>((resolve) => setTimeout(resolve, CLOSE_DEADLINE).unref());
      await Promise.race([worker.close(), deadline]);
      connection.disconnect();
    },
  };
}

function taskIdOf(job: Job): string {
  const data = job.data as { task_id?: unknown } | null;
  return typeof data?.task_id === 'string' ? data.task_id.slice(0, 64) : (job.id ?? '');
}
