import type { LiveWorker } from '@medisupply/shared/queueing/control/heartbeat';
import { readWorkers } from '@medisupply/shared/queueing/control/heartbeat';
import { askRedis } from './ask-redis.ts';
import type { Probes } from './probes.ts';

/**
 * The workers that gave a sign of life within the last 12 s.
 * @throws AppError 503 when Redis does not answer within 1.5 s
 */
export const consultarWorkers = ({
  queues,
  liveKey,
}: Pick<Probes, 'queues' | 'liveKey'>): Promise<LiveWorker[]> =>
  askRedis(() => readWorkers(queues.redis, liveKey()));
