import type { QueueClient } from '@medisupply/shared/queueing/wire/queue-client';
import type { QueueName } from '@medisupply/shared/tasks/define-task';
import type { Cola, Colas } from '../colas/colas.schemas.ts';
import { askRedis } from './ask-redis.ts';
import type { Probes } from './probes.ts';

/**
 * Counts and rate of every queue.
 * @throws AppError 503 when Redis does not answer within 1.5 s
 */
export const consultarColas = ({
  queues,
  throughput,
}: Pick<Probes, 'queues' | 'throughput'>): Promise<Colas> =>
  askRedis(async () => {
    if (!queues.isConnected()) throw new Error('not connected');
    const [rates, defaultQueue, logistica, monitor] = await Promise.all([
      throughput.read(),
      contar(queues, 'default'),
      contar(queues, 'logistica'),
      contar(queues, 'monitor'),
    ]);
    return {
      default: { ...defaultQueue, throughput: rates.default },
      logistica: { ...logistica, throughput: rates.logistica },
      monitor: { ...monitor, throughput: rates.monitor },
    };
  });

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
