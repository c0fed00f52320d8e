import { Worker as Thread } from 'node:worker_threads';
import type { Queue } from 'bullmq';
import { Loop } from '@medisupply/shared/lifecycle/loop';
import type { Logger } from '@medisupply/shared/logging/logger';
import type { QueueName } from '@medisupply/shared/tasks/define-task';
import { QUEUES } from '@medisupply/shared/tasks/registry';
import type { QueueClient } from '@medisupply/shared/queueing/wire/queue-client';

const BEAT_MS = 500;
const WEDGED_CHECK_MS = 10_000;
/** Jobs wait and none is active for this long: the workers are wedged (ms). */
const WEDGED_AFTER = 60_000;

export interface Watchdog {
  stop(): Promise<void>;
}

/**
 * Kills this process when its event loop has not turned for `silenceMs`: a handler that blocks it would otherwise hold
 * its queue for ever. Whoever started the process starts it again, and the queue gives its jobs to somebody else.
 */
export function startWatchdog(silenceMs: number): Watchdog {
  const beats = new Int32Array(new SharedArrayBuffer(4));
  const thread = new Thread(new URL('./watchdog-thread.ts', import.meta.url), {
    workerData: { beats, silenceMs },
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 },
  });
  thread.unref();
  const timer = setInterval(() => Atomics.add(beats, 0, 1), BEAT_MS).unref();
  return {
    async stop() {
      clearInterval(timer);
      await thread.terminate();
    },
  };
}

/** Ends the process when jobs wait for a minute while none runs anywhere, as happened after outages of Redis. */
export function startWedgedCheck(
  queues: QueueClient,
  names: readonly QueueName[],
  logger: Logger,
  end: () => void,
): Watchdog {
  let wedgedSince: number | undefined;
  const loop = new Loop({
    name: 'la vigilancia de las colas',
    everyMs: WEDGED_CHECK_MS,
    logger,
    async step() {
      const wedged = await isWedged(queues, names).catch(() => false);
      wedgedSince = wedged ? (wedgedSince ?? performance.now()) : undefined;
      if (wedgedSince === undefined || performance.now() - wedgedSince < WEDGED_AFTER) return;
      logger.fatal('hay trabajos en espera y ninguno activo desde hace un minuto; el worker se reinicia');
      end();
    },
  });
  loop.start(WEDGED_CHECK_MS);
  return loop;
}

/** Jobs wait in one of these queues and none runs, though nobody told the queue to wait. */
export async function isWedged(
  queues: Pick<QueueClient, 'isConnected' | 'queue'>,
  names: readonly QueueName[] = QUEUES,
): Promise<boolean> {
  if (!queues.isConnected()) return false;
  const stuck = await Promise.all(
    names.map(async (name) => {
      const queue = queues.queue(name);
      const { waiting = 0, active = 0 } = await queue.getJobCounts('waiting', 'active');
      return waiting > 0 && active === 0 && !(await isHeldBack(queue));
    }),
  );
  return stuck.includes(true);
}

/** Somebody paused the queue, or limited it, as one can on Bull Board. */
async function isHeldBack(queue: Queue): Promise<boolean> {
  const [paused, concurrency, limit] = await Promise.all([
    queue.isPaused(),
    queue.getGlobalConcurrency(),
    queue.getGlobalRateLimit(),
  ]);
  if (paused || concurrency === 0) return true;
  return limit !== null && (await queue.getRateLimitTtl(limit.max)) > 0;
}
