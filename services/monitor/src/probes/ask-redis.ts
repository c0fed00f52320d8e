import { unavailable } from '@medisupply/shared/http/app-error';
import { withDeadline } from '@medisupply/shared/queueing/wire/queue-client';

/** Nothing that asks Redis waits longer than this (ms). */
export const REDIS_DEADLINE = 1_500;

/** @throws AppError 503 when Redis does not answer within 1.5 s */
export async function askRedis<T>(question: () => Promise<T>): Promise<T> {
  try {
    return await withDeadline(question(), REDIS_DEADLINE);
  } catch (error) {
    throw unavailable('Redis no responde: el estado de colas y workers no se puede leer', 2, error);
  }
}
