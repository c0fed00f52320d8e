import type { QueueClient } from '@medisupply/shared/queueing/wire/queue-client';
import type { QueueName } from '@medisupply/shared/tasks/define-task';
import { QUEUES } from '@medisupply/shared/tasks/registry';
import type { Cola, Colas } from '@medisupply/shared/contracts/monitor/colas';
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
    const [rates, colas] = await Promise.all([
      throughput.read(),
      Promise.all(QUEUES.map(async (name) => [name, await contar(queues, name)] as const)),
    ]);
    return Object.fromEntries(
      colas.map(([name, cola]) => [name, { ...cola, throughput: rates[name] ?? null }]),
    );
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
