import type { Authenticator } from '@medisupply/shared/http/authenticate';
import type { OpenDatabase } from '@medisupply/shared/db/open-database';
import type { Logger } from '@medisupply/shared/logging/logger';
import type { Metrics } from '@medisupply/shared/metrics/metrics';
import { createMetrics } from '@medisupply/shared/metrics/metrics';
import { connectForBlocking } from '@medisupply/shared/redis/connect';
import { createVerifier } from '@medisupply/shared/security/verifier';
import type { QueueClient } from '@medisupply/shared/queueing/wire/queue-client';
import { createQueueClient } from '@medisupply/shared/queueing/wire/queue-client';
import type { Sonda } from './clients/sonda.client.ts';
import { createSonda } from './clients/sonda.client.ts';
import type { Throughput } from './colas/throughput.ts';
import { createThroughput } from './colas/throughput.ts';
import type { Config } from './config.ts';
import { openMonitorDatabase } from './database.ts';
import type { EventHub } from './eventos/event-hub.ts';
import { createEventHub } from './eventos/event-hub.ts';
import { registerLiveGauges } from './metricas/live-gauges.ts';
import type { MonitorTables } from './tables.ts';

const SERVICE_NAME = 'monitor';

export interface Container {
  config: Config;
  logger: Logger;
  database: OpenDatabase<MonitorTables>;
  queues: QueueClient;
  throughput: Throughput;
  sonda: Sonda;
  eventos: EventHub;
  metrics: Metrics;
  authenticator: Authenticator;
  close(): Promise<void>;
}

/** Opens what the service needs; Redis and the other services may be away. */
export async function createContainer(config: Config, logger: Logger): Promise<Container> {
  const database = await openMonitorDatabase(config.DATA_DIR);
  const address = { REDIS_URL: config.REDIS_URL, password: config.secrets.REDIS_PASSWORD };
  const queues = createQueueClient(address, logger);
  const throughput = createThroughput(queues);
  throughput.start();
  const sonda = createSonda();
  const verifier = createVerifier({
    process: SERVICE_NAME,
    config,
    redis: queues.redis,
    logger,
    onWithdrawn: () => eventos.endAll(),
  });
  const eventos = createEventHub({
    queues,
    // The other connection tells of outages already.
    blocking: connectForBlocking(address, logger.child({}, { level: 'silent' })),
    throughput,
    isRevoked: verifier.isRevoked,
    logger,
  });
  const metrics = createMetrics(SERVICE_NAME);
  registerLiveGauges(metrics.registry, { queues, throughput, eventos });

  return {
    config,
    logger,
    database,
    queues,
    throughput,
    sonda,
    eventos,
    metrics,
    authenticator: verifier.authenticator,
    async close() {
      metrics.close();
      await eventos.close();
      verifier.close();
      throughput.stop();
      await sonda.close();
      await queues.close();
      await database.close();
    },
  };
}
