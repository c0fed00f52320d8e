import type { Redis } from 'ioredis';
import type { Logger } from '../../logging/logger.ts';
import { publishRequest } from './control-channel.ts';

/** Tells whoever runs a task that it was cancelled; never throws. */
export type AnnounceCancellation = (taskId: string) => Promise<void>;

/**
 * `worker.cancelJob` acts in its own process only: cancellations travel to all workers over the control channel. The
 * database has the truth, so an outage of Redis only delays the stop of a running handler.
 */
export function createCancellationAnnouncer(options: {
  redis: Pick<Redis, 'time' | 'publish'>;
  queueKey: () => string;
  logger: Logger;
}): AnnounceCancellation {
  return async (taskId) => {
    try {
      await publishRequest(options.redis, options.queueKey(), {
        command: 'abort',
        args: { task_id: taskId },
      });
    } catch (error) {
      options.logger.warn(
        { task_id: taskId, reason: String(error) },
        'no se pudo avisar a los workers de la cancelación',
      );
    }
  };
}
