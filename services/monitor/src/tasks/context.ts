import type { Kysely } from 'kysely';
import type { OpenDatabase } from '@medisupply/shared/db/open-database';
import type { OutboxTables } from '@medisupply/shared/queueing/store/tables';
import type { CreateTaskContext } from '@medisupply/shared/queueing/handler';
import type { QueueClient } from '@medisupply/shared/queueing/wire/queue-client';
import { createQueueClient } from '@medisupply/shared/queueing/wire/queue-client';
import type { EventLoopLag } from '@medisupply/shared/queueing/control/event-loop-lag';
import { createEventLoopLag } from '@medisupply/shared/queueing/control/event-loop-lag';
import type { Sonda } from '../clients/sonda.client.ts';
import { createSonda } from '../clients/sonda.client.ts';
import type { Throughput } from '../colas/throughput.ts';
import { createThroughput } from '../colas/throughput.ts';
import { readTaskConfig } from '../config.ts';
import { openMonitorDatabase } from '../database.ts';
import type { Servicios } from '../estado/medir-servicios.ts';
import { serviciosDe } from '../estado/medir-servicios.ts';
import type { MonitorTables } from '../tables.ts';

/** What the monitor's handlers work with, in the worker's process. */
export interface MonitorTaskContext {
  database: OpenDatabase<MonitorTables>;
  /** logistica.db, for reading. */
  tareas: Kysely<OutboxTables>;
  queues: QueueClient;
  throughput: Throughput;
  sonda: Sonda;
  servicios: Servicios;
  logisticaUrl: string;
  dataDir: string;
  lag: EventLoopLag;
}

const createTaskContext: CreateTaskContext<MonitorTaskContext> = async ({ env, logger, taskStore }) => {
  const config = readTaskConfig(env);
  const database = await openMonitorDatabase(config.DATA_DIR);
  const queues = createQueueClient(
    { REDIS_URL: config.REDIS_URL, password: config.secrets.REDIS_PASSWORD },
    logger,
  );
  const sonda = createSonda();
  const lag = createEventLoopLag();
  return {
    context: {
      database,
      tareas: taskStore.read,
      queues,
      throughput: createThroughput(queues),
      sonda,
      servicios: serviciosDe(config),
      logisticaUrl: config.LOGISTICA_URL,
      dataDir: config.DATA_DIR,
      lag,
    },
    async close() {
      lag.close();
      await sonda.close();
      await queues.close();
      await database.close();
    },
  };
};

export default createTaskContext;
