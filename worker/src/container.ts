import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { LogisticaTables } from '@medisupply/logistica-inventario/task-host';
import {
  findViewersOf,
  marcarMuerta,
  openLogisticaDatabase,
} from '@medisupply/logistica-inventario/task-host';
import type { OpenDatabase } from '@medisupply/shared/db/open-database';
import { unauthorized } from '@medisupply/shared/http/app-error';
import type { Authenticator } from '@medisupply/shared/http/authenticate';
import { createAuthenticator } from '@medisupply/shared/http/authenticate';
import { createServiceClient } from '@medisupply/shared/http/service-client';
import type { Logger } from '@medisupply/shared/logging/logger';
import { createLogger } from '@medisupply/shared/logging/logger';
import { registerBreakers } from '@medisupply/shared/metrics/breaker-metrics';
import type { Metrics } from '@medisupply/shared/metrics/metrics';
import { createMetrics } from '@medisupply/shared/metrics/metrics';
import { createTaskMetrics } from '@medisupply/shared/metrics/task-metrics';
import type { Outbox } from '@medisupply/shared/queueing/relay/outbox';
import { createOutbox } from '@medisupply/shared/queueing/relay/outbox';
import { createServiceKeyVerifier } from '@medisupply/shared/security/service-key';
import type { QueueClient } from '@medisupply/shared/queueing/wire/queue-client';
import { createQueueClient } from '@medisupply/shared/queueing/wire/queue-client';
import type { AnnounceCancellation } from '@medisupply/shared/queueing/control/cancellations';
import { createCancellationAnnouncer } from '@medisupply/shared/queueing/control/cancellations';
import { taskRegistry } from '@medisupply/shared/tasks/registry';
import type { ControlListener } from '@medisupply/shared/queueing/control/control-channel';
import { createControlListener } from '@medisupply/shared/queueing/control/control-channel';
import { createCancellations } from './cancellations.ts';
import type { Config } from './config.ts';
import { discoverHandlers } from './discover.ts';
import type { BoundHandler } from './executor.ts';
import { measureRuns } from './measure-runs.ts';
import type { JobRunnerOptions } from './run-job.ts';
import { createJobRunner } from './run-job.ts';
import { createSuspectRunner } from './suspects.ts';

export const PROCESS_NAME = 'worker';

const SERVICES = join(import.meta.dirname, '..', '..', 'services');

/** For tests. */
export interface Overrides {
  logger?: Logger;
}

/** The handlers of all services, each with its context open. */
export interface Handlers {
  logger: Logger;
  database: OpenDatabase<LogisticaTables>;
  handlers: ReadonlyMap<string, BoundHandler>;
  close(): Promise<void>;
}

export async function createHandlers(
  config: Config,
  env: NodeJS.ProcessEnv,
  overrides: Overrides = {},
): Promise<Handlers> {
  const logger =
    overrides.logger ?? createLogger(PROCESS_NAME, { level: config.LOG_LEVEL, format: config.LOG_FORMAT });
  const services = await discoverHandlers(SERVICES, taskRegistry);
  const database = await openLogisticaDatabase(config.DATA_DIR);
  const handlers = new Map<string, BoundHandler>();
  const closers: (() => Promise<void>)[] = [() => database.close()];
  for (const service of services) {
    const opened = await service.createContext?.({ env, logger, taskStore: database });
    if (opened) closers.push(() => opened.close());
    for (const handler of service.handlers)
      handlers.set(handler.task.name, { handler, context: opened?.context });
  }
  return {
    logger,
    database,
    handlers,
    async close() {
      for (const close of closers.toReversed()) await close();
    },
  };
}

export interface Container extends Handlers {
  /** Of this process and start, such as `host-4711-9f3a1c`. */
  id: string;
  config: Config;
  queues: QueueClient;
  outbox: Outbox;
  control: ControlListener;
  announceCancellation: AnnounceCancellation;
  /** Of service keys alone: no person has business with a worker. */
  authenticator: Authenticator;
  metrics: Metrics;
  runJob: ReturnType<typeof createJobRunner>;
}

export async function createContainer(
  config: Config,
  env: NodeJS.ProcessEnv,
  overrides: Overrides = {},
): Promise<Container> {
  const handlers = await createHandlers(config, env, overrides);
  const { database, logger } = handlers;
  const address = { REDIS_URL: config.REDIS_URL, password: config.secrets.REDIS_PASSWORD };
  const queues = createQueueClient(address, logger);
  const id = `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`;
  const queueKey = config.secrets.QUEUE_KEY;
  const control = createControlListener({ address, redis: queues.redis, workerId: id, queueKey, logger });
  const cancellations = createCancellations(control);
  const logistica = createServiceClient({
    name: 'logistica-inventario',
    baseUrl: config.LOGISTICA_URL,
    serviceKey: config.secrets.SERVICE_KEY,
    timeoutMs: 2_000,
    logger,
  });
  const onDead: JobRunnerOptions['onDead'] = (tx, taskId, motivo) =>
    marcarMuerta(tx, taskId, motivo, Date.now());
  const outbox = createOutbox({
    database,
    queues,
    queueKey,
    logger,
    relayPollMs: config.WORKER_RELAY_POLL_MS,
    viewersOf: findViewersOf,
  });
  const runSuspect = createSuspectRunner({
    program: join(import.meta.dirname, 'suspect-main.ts'),
    silenceMs: config.WATCHDOG_MS,
    logger,
  });
  const metrics = createMetrics(PROCESS_NAME);
  registerBreakers(metrics.registry, { 'logistica-inventario': logistica });
  const runJob = createJobRunner({
    database,
    handlers: handlers.handlers,
    queueKey,
    logistica,
    cancellations,
    runSuspect,
    onDead,
    logger,
  });
  return {
    ...handlers,
    id,
    config,
    queues,
    outbox,
    control,
    announceCancellation: createCancellationAnnouncer({ redis: queues.redis, queueKey, logger }),
    authenticator: createAuthenticator({
      verifyToken() {
        throw unauthorized('Aquí solo entran claves de servicio');
      },
      verifyServiceKey: createServiceKeyVerifier(config.secrets.SERVICE_KEYS).verify,
    }),
    metrics,
    runJob: measureRuns(runJob, createTaskMetrics(metrics.registry)),
    async close() {
      await outbox.stop();
      metrics.close();
      control.close();
      await logistica.close();
      await queues.close();
      await handlers.close();
    },
  };
}
