import { createInFlightLimit } from '@medisupply/shared/http/in-flight-limit';
import { registerOutboxMetrics } from '@medisupply/shared/metrics/outbox-metrics';
import { createCancellationAnnouncer } from '@medisupply/shared/queueing/control/cancellations';
import { createOutbox } from '@medisupply/shared/queueing/relay/outbox';
import { createQueueClient } from '@medisupply/shared/queueing/wire/queue-client';
import { createFieldCipher } from '@medisupply/shared/security/field-cipher';
import type { Overrides } from '@medisupply/shared/service/open-service';
import { openService } from '@medisupply/shared/service/open-service';
import { createAutorizadorClient } from './clients/autorizador.client.ts';
import type { Config } from './config.ts';
import type { Container } from './container.ts';
import { SERVICE_NAME } from './container.ts';
import { openLogisticaDatabase } from './database.ts';
import { registerDeadConfirmations } from './entregas/confirmaciones.metrics.ts';
import { removeExpired } from './retention.ts';
import { findViewersOf } from './tareas/tareas.repository.ts';

/** Opens everything that the service needs; Redis and autorizador may be down. The outbox is started by whoever runs it. */
export function createContainer(config: Config, overrides: Overrides = {}): Promise<Container> {
  return openService(SERVICE_NAME, config, overrides, async (opening) => {
    const { logger, metrics } = opening;
    const { QUEUE_KEY: queueKey, FIELD_KEYS } = config.secrets;
    const database = opening.own(await openLogisticaDatabase(config.DATA_DIR));
    const queues = opening.own(createQueueClient(opening.redisAddress, logger));
    const { keySet, authenticator } = opening.verifier(queues.redis);
    const autorizador = opening.client('autorizador', {
      baseUrl: config.AUTORIZADOR_URL,
      timeoutMs: config.AUTORIZADOR_TIMEOUT_MS,
      connections: 64,
    });
    const outbox = createOutbox({
      database,
      queues,
      queueKey,
      logger,
      relayPollMs: config.RELAY_POLL_MS,
      viewersOf: findViewersOf,
      onRetention: (now) => removeExpired(database, now),
    });
    opening.onClose(() => outbox.stop());
    registerOutboxMetrics(metrics.registry, database.read);
    registerDeadConfirmations(metrics.registry, database.read);

    return {
      database,
      cipher: createFieldCipher(FIELD_KEYS),
      keySet,
      authenticator,
      autorizador: createAutorizadorClient(autorizador),
      queues,
      outbox,
      announceCancellation: createCancellationAnnouncer({ redis: queues.redis, queueKey, logger }),
      confirmLimit: createInFlightLimit(config.CONFIRM_MAX_IN_FLIGHT),
    };
  });
}
