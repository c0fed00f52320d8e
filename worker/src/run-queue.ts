import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Job } from 'bullmq';
import { Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { connectForBlocking } from '@medisupply/shared/redis/connect';
import type { RedisAddress } from '@medisupply/shared/redis/connect';
import type { Logger } from '@medisupply/shared/logging/logger';
import { QUEUES } from '@medisupply/shared/tasks/define-task';
import type { QueueName } from '@medisupply/shared/tasks/define-task';
import { QUEUE_PREFIX } from '@medisupply/shared/tasks/queue-client';
import type { WorkerState } from '@medisupply/shared/workers/worker-state';
import type { Container } from './container.ts';

const CLOSE_DEADLINE = 15_000;
/** Deliveries are short and share commits; the other queues need few slots. */
const OTHER_CONCURRENCY = 4;

/** The consumers of all queues, and what they are doing. */
export interface Consumers {
  snapshot(stopping: boolean): WorkerState;
  /** Waits for running jobs, up to a deadline; what is cut off runs again elsewhere. */
  close(): Promise<void>;
}

export function startConsumers(
  { config, logger, runJob }: Pick<Container, 'config' | 'logger' | 'runJob'>,
  faults: WorkerState['faults'],
): Consumers {
  const id = `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`;
  const address = { REDIS_URL: config.REDIS_URL, password: config.secrets.REDIS_PASSWORD };
  const active = new Map<Job, number>();
  const totals = { processed: 0, failed: 0 };
  const lag = monitorEventLoopDelay({ resolution: 20 });
  lag.enable();

  const tracked = async (job: Job) => {
    active.set(job, Date.now());
    try {
      return await runJob(job);
    } finally {
      active.delete(job);
    }
  };
  const concurrencyOf = (queue: QueueName) =>
    queue === 'logistica' ? config.WORKER_CONCURRENCY : OTHER_CONCURRENCY;
  const consumers = QUEUES.map((queue) => {
    const consumer = startConsumer(queue, concurrencyOf(queue), tracked, address, logger);
    consumer.worker.on('completed', () => {
      totals.processed += 1;
    });
    consumer.worker.on('failed', () => {
      totals.failed += 1;
    });
    return consumer;
  });

  return {
    snapshot(stopping) {
      const state: WorkerState = {
        id,
        host: hostname(),
        pid: process.pid,
        queues: [...QUEUES],
        concurrency: QUEUES.reduce((sum, queue) => sum + concurrencyOf(queue), 0),
        ...totals,
        active: [...active].slice(0, 100).map(([job, started]) => ({
          task_id: taskIdOf(job),
          name: job.name,
          started: new Date(started).toISOString(),
        })),
        rss: process.memoryUsage.rss(),
        event_loop_lag_ms: Math.round((lag.percentile(99) / 1e6) * 10) / 10,
        uptime: Math.round(process.uptime()),
        status: stopping ? 'stopping' : active.size > 0 ? 'active' : 'idle',
        faults,
      };
      lag.reset();
      return state;
    },
    async close() {
      await Promise.all(consumers.map((consumer) => consumer.close()));
      lag.disable();
    },
  };
}

interface Consumer {
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
    lockDuration: 30_000,
    stalledInterval: 15_000,
    // Deaths are counted by run-job, which then runs a suspect alone; the default would fail a job after two.
    maxStalledCount: 1_000,
    metrics: { maxDataPoints: 60 * 24 },
  });
  // Outages are reported once by the connection; without a listener this event would end the process.
  worker.on('error', (error) => {
    logger.debug({ cola: queue, reason: error.message }, 'el consumidor informó de un error');
  });
  return {
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
