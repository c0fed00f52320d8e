import type { Redis } from 'ioredis';
import { withDeadline } from '@medisupply/shared/queueing/wire/queue-client';
import type { LiveWorker } from '@medisupply/shared/queueing/control/heartbeat';
import { readWorkers } from '@medisupply/shared/queueing/control/heartbeat';
import { redisAway } from '../colas/consultar-colas.ts';
import { REDIS_DEADLINE } from '../estado/medir-redis.ts';

/**
 * The workers that gave a sign of life within the last 12 s.
 * @throws AppError 503 when Redis does not answer within 1.5 s
 */
export async function consultarWorkers(redis: Redis): Promise<LiveWorker[]> {
  try {
    return await withDeadline(readWorkers(redis), REDIS_DEADLINE);
  } catch (error) {
    throw redisAway(error);
  }
}
