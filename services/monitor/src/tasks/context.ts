import type { Kysely } from 'kysely';
import type { OpenDatabase } from '@medisupply/shared/db/open-database';
import type { OutboxTables } from '@medisupply/shared/queueing/store/tables';
import type { CreateTaskContext } from '@medisupply/shared/queueing/handler';
import { createQueueClient } from '@medisupply/shared/queueing/wire/queue-client';
import { redisAddressOf } from '@medisupply/shared/redis/connect';
import type { EventLoopLag } from '@medisupply/shared/queueing/control/event-loop-lag';
import { createEventLoopLag } from '@medisupply/shared/queueing/control/event-loop-lag';
import { readTaskConfig } from '../config.ts';
import { openMonitorDatabase } from '../database.ts';
import type { Probes } from '../probes/probes.ts';
import { createProbes } from '../probes/probes.ts';
import type { MonitorTables } from '../tables.ts';

/** What the monitor's handlers work with, in the worker's process. */
export interface MonitorTaskContext extends Probes {
  database: OpenDatabase<MonitorTables>;
  /** logistica.db, for reading. */
  tareas: Kysely<OutboxTables>;
  lag: EventLoopLag;
}

const createTaskContext: CreateTaskContext<MonitorTaskContext> = async ({ env, logger, taskStore }) => {
  const config = readTaskConfig(env);
  const database = await openMonitorDatabase(config);
  const queues = createQueueClient(redisAddressOf(config), logger);
  const probes = createProbes(config, config.secretFiles.PROBE_KEY, queues, logger);
  const lag = createEventLoopLag();
  return {
    context: { ...probes, database, tareas: taskStore.read, lag },
    async close() {
      lag.close();
      await probes.probe.close();
      await queues.close();
      await database.close();
    },
  };
};

export default createTaskContext;
