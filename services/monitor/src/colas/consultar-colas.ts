import type { QueueClient } from '@medisupply/shared/queueing/wire/queue-client';
import { withDeadline } from '@medisupply/shared/queueing/wire/queue-client';
import { unavailable } from '@medisupply/shared/http/app-error';
import { REDIS_DEADLINE } from '../estado/medir-redis.ts';
import type { Cola, Colas } from '@medisupply/shared/contracts/monitor/colas';
import type { Throughput } from './throughput.ts';
import type { QueueName } from '@medisupply/shared/contracts/vocabulary';
import { byQueue, QUEUES } from '@medisupply/shared/contracts/vocabulary';

/**
 * Counts and rate of every queue.
 * @throws AppError 503 when Redis does not answer within 1.5 s
 */
export async function consultarColas(queues: QueueClient, throughput: Throughput): Promise<Colas> {
  if (!queues.isConnected()) throw redisAway();
  try {
    const [rates, counts] = await withDeadline(
      Promise.all([throughput.read(), Promise.all(QUEUES.map((name) => contar(queues, name)))]),
      REDIS_DEADLINE,
    );
    return byQueue((name, index) => ({ ...counts[index]!, throughput: rates[name] }));
  } catch (error) {
    throw redisAway(error);
  }
}

async function contar(queues: QueueClient, name: QueueName): Promise<Omit<Cola, 'throughput'>> {
  const queue = queues.queue(name);
  const [counts, paused] = await Promise.all([
    queue.getJobCounts('waiting', 'prioritized', 'active', 'delayed', 'failed', 'completed'),
    queue.isPaused(),
  ]);
  const of = (state: string) => counts[state] ?? 0;
  const waiting = of('waiting') + of('prioritized');
  return {
    length: waiting + of('delayed'),
    waiting,
    active: of('active'),
    delayed: of('delayed'),
    failed: of('failed'),
    completed: of('completed'),
    paused,
    status: waiting + of('active') > 0 ? 'active' : 'idle',
  };
}

export const redisAway = (cause?: unknown) =>
  unavailable('Redis no responde: el estado de colas y workers no se puede leer', 2, cause);
