import type { QueueName } from '@medisupply/shared/tasks/define-task';
import { QUEUES } from '@medisupply/shared/tasks/registry';
import type { QueueClient } from '@medisupply/shared/queueing/wire/queue-client';
import { withDeadline } from '@medisupply/shared/queueing/wire/queue-client';
import { REDIS_DEADLINE } from './ask-redis.ts';

const WINDOW = 60_000;
const SAMPLE_EVERY = 5_000;
/** Two samples closer than this say nothing about a minute (ms). */
const SHORTEST = 1_000;

type Counters = Record<QueueName, number>;

interface Sample {
  at: number;
  /** Jobs completed since ever, by queue. */
  completed: Counters;
}

export type Rates = Record<QueueName, number | null>;

/**
 * How many jobs each queue completes per minute, from the counters that the workers keep in Redis: the difference over
 * the last minute (over less right after the start). Costs a read per queue and sample, whatever the load.
 */
export interface Throughput {
  /** Takes a sample now and tells the rates. Rejects when Redis does not answer. */
  read(): Promise<Rates>;
  /** Keeps sampling by itself, so that a question is answered about the minute before it. */
  start(): void;
  stop(): void;
}

export function createThroughput(
  queues: QueueClient,
  options: { now?: () => number; sampleEveryMs?: number } = {},
): Throughput {
  const { now = () => performance.now(), sampleEveryMs = SAMPLE_EVERY } = options;
  let samples: Sample[] = [];
  let timer: NodeJS.Timeout | undefined;

  async function read(): Promise<Rates> {
    const completed = await withDeadline(readCounters(queues), REDIS_DEADLINE);
    const newest = { at: now(), completed };
    // A counter that fell belongs to another Redis, or to one that was emptied.
    if (QUEUES.some((name) => (completed[name] ?? 0) < (samples.at(-1)?.completed[name] ?? 0))) samples = [];
    samples.push(newest);
    // The newest sample from before the window is its beginning.
    while (samples[1] && samples[1].at <= newest.at - WINDOW) samples.shift();
    return ratesBetween(samples[0] ?? newest, newest);
  }

  return {
    read,
    start() {
      timer ??= setInterval(() => {
        // Redis being away is told by whoever asks; here it only leaves a gap.
        if (queues.isConnected()) void read().catch(() => undefined);
      }, sampleEveryMs).unref();
    },
    stop() {
      clearInterval(timer);
      timer = undefined;
    },
  };
}

function ratesBetween(oldest: Sample, newest: Sample): Rates {
  const elapsed = newest.at - oldest.at;
  const rate = (name: QueueName) => {
    if (elapsed < SHORTEST) return null;
    const done = (newest.completed[name] ?? 0) - (oldest.completed[name] ?? 0);
    return Math.round(((done * 60_000) / elapsed) * 10) / 10;
  };
  return Object.fromEntries(QUEUES.map((name) => [name, rate(name)]));
}

async function readCounters(queues: QueueClient): Promise<Counters> {
  const counts = QUEUES.map(async (name) => {
    const { meta } = await queues.queue(name).getMetrics('completed', 0, 0);
    return [name, meta.count] as const;
  });
  return Object.fromEntries(await Promise.all(counts));
}
