import type { OpenDatabase } from '@medisupply/shared/db/open-database';
import type { Authenticator } from '@medisupply/shared/http/authenticate';
import type { InFlightLimit } from '@medisupply/shared/http/in-flight-limit';
import { createInFlightLimit } from '@medisupply/shared/http/in-flight-limit';
import { createServiceClient } from '@medisupply/shared/http/service-client';
import type { Logger } from '@medisupply/shared/logging/logger';
import { createLogger } from '@medisupply/shared/logging/logger';
import { registerBreakers } from '@medisupply/shared/metrics/breaker-metrics';
import type { Metrics } from '@medisupply/shared/metrics/metrics';
import { createMetrics } from '@medisupply/shared/metrics/metrics';
import { registerOutboxMetrics } from '@medisupply/shared/metrics/outbox-metrics';
import type { Outbox } from '@medisupply/shared/queueing/relay/outbox';
import { createOutbox } from '@medisupply/shared/queueing/relay/outbox';
import type { FieldCipher } from '@medisupply/shared/security/field-cipher';
import { createFieldCipher, fieldKeyRing } from '@medisupply/shared/security/field-cipher';
import type { KeySet } from '@medisupply/shared/security/key-set';
import { createVerifier } from '@medisupply/shared/security/verifier';
import type { AnnounceCancellation } from '@medisupply/shared/queueing/control/cancellations';
import { createCancellationAnnouncer } from '@medisupply/shared/queueing/control/cancellations';
import type { QueueClient } from '@medisupply/shared/queueing/wire/queue-client';
import { createQueueClient } from '@medisupply/shared/queueing/wire/queue-client';
import type { AutorizadorClient } from './clients/autorizador.client.ts';
import { createAutorizadorClient } from './clients/autorizador.client.ts';
import type { Config } from './config.ts';
import { openLogisticaDatabase } from './database.ts';
import { registerDeadConfirmations } from './entregas/confirmaciones.metrics.ts';
import { removeExpired } from './retention.ts';
import type { LogisticaTables } from './tables.ts';
import { findViewersOf } from './tareas/tareas.repository.ts';

export const SERVICE_NAME = 'logistica-inventario';

/** Everything that logistica's routes and use cases work with. */
export interface Container {
  config: Config;
  logger: Logger;
  database: OpenDatabase<LogisticaTables>;
  cipher: FieldCipher;
  keySet: KeySet;
  authenticator: Authenticator;
  autorizador: AutorizadorClient;
  queues: QueueClient;
  outbox: Outbox;
  metrics: Metrics;
  announceCancellation: AnnounceCancellation;
  confirmLimit: InFlightLimit;
  /** Stops the loops and closes everything, last opened first. */
  close(): Promise<void>;
}

/** Opens everything; Redis and autorizador may be down. `overrides` is for tests. */
export async function createContainer(
  config: Config,
  overrides: { logger?: Logger } = {},
): Promise<Container> {
  const logger =
    overrides.logger ?? createLogger(SERVICE_NAME, { level: config.LOG_LEVEL, format: config.LOG_FORMAT });
  const database = await openLogisticaDatabase(config.DATA_DIR);
  const queues = createQueueClient(
    { REDIS_URL: config.REDIS_URL, password: config.secrets.REDIS_PASSWORD },
    logger,
  );
  const verifier = createVerifier({
    process: SERVICE_NAME,
    config,
    serviceKeys: config.secrets.SERVICE_KEYS,
    redis: queues.redis,
    logger,
  });
  const autorizador = createServiceClient({
    name: 'autorizador',
    baseUrl: config.AUTORIZADOR_URL,
    serviceKey: config.secrets.SERVICE_KEY,
    timeoutMs: config.AUTORIZADOR_TIMEOUT_MS,
    connections: 64,
    logger,
  });
  const outbox = createOutbox({
    database,
    queues,
    queueKey: config.secrets.QUEUE_KEY,
    logger,
    relayPollMs: config.RELAY_POLL_MS,
    viewersOf: findViewersOf,
    onRetention: (now) => removeExpired(database, now),
  });

  const metrics = createMetrics(SERVICE_NAME);
  registerOutboxMetrics(metrics.registry, database.read);
  registerDeadConfirmations(metrics.registry, database.read);
  registerBreakers(metrics.registry, { autorizador });

  return {
    config,
    logger,
    database,
    cipher: createFieldCipher(fieldKeyRing.parse(JSON.parse(config.secrets.FIELD_KEYS))),
    keySet: verifier.keySet,
    authenticator: verifier.authenticator,
    autorizador: createAutorizadorClient(autorizador),
    queues,
    outbox,
    metrics,
    announceCancellation: createCancellationAnnouncer({
      redis: queues.redis,
      queueKey: config.secrets.QUEUE_KEY,
      logger,
    }),
    confirmLimit: createInFlightLimit(config.CONFIRM_MAX_IN_FLIGHT),
    async close() {
      await outbox.stop();
      metrics.close();
      await autorizador.close();
      verifier.close();
      await queues.close();
      await database.close();
    },
  };
}
