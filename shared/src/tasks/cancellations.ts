import type { Redis } from 'ioredis';
import type { Logger } from '../logging/logger.ts';

/** `worker.cancelJob` acts in its own process only: cancellations travel to all workers over this channel. */
export const CANCELLATIONS_CHANNEL = 'medisupply:cancellations';

/** Tells the workers; the database has the truth, so an outage of Redis only delays the stop of a running handler. */
export async function publishCancellation(redis: Redis, taskId: string, logger: Logger): Promise<void> {
  try {
    await redis.publish(CANCELLATIONS_CHANNEL, taskId);
  } catch (error) {
    logger.warn(
      { task_id: taskId, reason: String(error) },
      'no se pudo avisar a los workers de la cancelación',
    );
  }
}
