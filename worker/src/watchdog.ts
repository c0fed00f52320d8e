import { Worker as Thread } from 'node:worker_threads';
import type { Logger } from '@medisupply/shared/logging/logger';
import type { QueueClient } from '@medisupply/shared/queueing/wire/queue-client';
import { QUEUES } from '@medisupply/shared/contracts/vocabulary';

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
export function startWedgedCheck(queues: QueueClient, logger: Logger, end: () => void): Watchdog {
  let since: number | undefined;
  const timer = setInterval(() => {
    void isWedged(queues).then(
      (wedged) => {
        if (!wedged) since = undefined;
        else since ??= Date.now();
        if (since === undefined || Date.now() - since < WEDGED_AFTER) return;
        logger.fatal('hay trabajos en espera y ninguno activo desde hace un minuto; el worker se reinicia');
        end();
      },
      () => {
        since = undefined;
      },
    );
  }, WEDGED_CHECK_MS).unref();
  return {
    stop() {
      clearInterval(timer);
      return Promise.resolve();
    },
  };
}

/** Jobs wait and none runs, though nobody told the queue to wait. */
export async function isWedged(queues: Pick<QueueClient, 'isConnected' | 'queue'>): Promise<boolean> {
  if (!queues.isConnected()) return false;
  const stuck = await Promise.all(
    QUEUES.map(async (name) => {
      const queue = queues.queue(name);
      const { waiting = 0, active = 0 } = await queue.getJobCounts('waiting', 'active');
      return waiting > 0 && active === 0 && !(await queue.isPaused());
    }),
  );
  return stuck.includes(true);
}
