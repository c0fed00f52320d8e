import type { OpenDatabase } from '../../../src/db/open-database.ts';
import { createLogger } from '../../../src/logging/logger.ts';
import { addTaskViewers, createOutboxTables } from '../../../src/queueing/store/migration.ts';
import type { OutboxTables } from '../../../src/queueing/store/tables.ts';
import { dispatchTask } from '../../../src/queueing/dispatcher.ts';
import type { QueueClient } from '../../../src/queueing/wire/queue-client.ts';
import { createQueueClient } from '../../../src/queueing/wire/queue-client.ts';
import { pingLogistica } from '../../../src/tasks/monitor.ts';
import type { RedisServer } from '../../../src/testing/redis-server.ts';
import { startRedis } from '../../../src/testing/redis-server.ts';
import { openTestDatabase } from '../../../src/testing/test-database.ts';
import { until } from '../../../src/testing/until.ts';

export { until } from '../../../src/testing/until.ts';

export const QUEUE_KEY = 'clave-de-cola-solo-para-estas-pruebas';
export const silent = createLogger('prueba', { level: 'silent' });

export interface OutboxFixture {
  redis: RedisServer;
  database: OpenDatabase<OutboxTables>;
  queues: QueueClient;
  /** Accepts a task, as a request would. */
  accept(options?: {
    claimUntil?: number;
  }): Promise<{ task_id: string; message: Awaited<ReturnType<typeof dispatchTask>>['message'] }>;
  rows(): Promise<{ task_id: string; estado: string; gen: number; intento: number }[]>;
  /** Ids of the jobs in Redis, whatever their state. */
  jobIds(): Promise<string[]>;
  close(): Promise<void>;
}

export async function outboxFixture(): Promise<OutboxFixture> {
  const own = await openTestDatabase<OutboxTables>({
    '001': { up: createOutboxTables },
    '002': { up: addTaskViewers },
  });
  const { database } = own;
  const redis = await startRedis();
  const queues = createQueueClient({ REDIS_URL: redis.url, password: '' }, silent);
  await until(() => queues.isConnected());
  return {
    redis,
    database,
    queues,
    accept: (options = {}) =>
      database.unitOfWork.write((tx) =>
        dispatchTask(tx, pingLogistica, {}, { creada_por: 'prueba', ...options }),
      ),
    rows: () =>
      database.read
        .selectFrom('outbox')
        .select(['task_id', 'estado', 'gen', 'intento'])
        .orderBy('seq')
        .execute(),
    async jobIds() {
      const jobs = await queues.queue('monitor').getJobs();
      return jobs.map((job) => job.id ?? '').toSorted();
    },
    async close() {
      await queues.close();
      await own.close();
      await redis.stop();
    },
  };
}
