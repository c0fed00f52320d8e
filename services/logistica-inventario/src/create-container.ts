import { createInFlightLimit } from '@medisupply/shared/http/in-flight-limit';
import { createRateLimit } from '@medisupply/shared/http/rate-limit';
import { registerOutboxMetrics } from '@medisupply/shared/metrics/outbox-metrics';
import { createCancellationAnnouncer } from '@medisupply/shared/queueing/control/cancellations';
import { createOutbox } from '@medisupply/shared/queueing/relay/outbox';
import { createQueueClient } from '@medisupply/shared/queueing/wire/queue-client';
import { followFieldCipher } from '@medisupply/shared/security/field-cipher';
import { createHashSeal } from '@medisupply/shared/security/hash-seal';
import { followSecret } from '@medisupply/shared/security/secret-file';
import type { Overrides } from '@medisupply/shared/service/open-service';
import { openService } from '@medisupply/shared/service/open-service';
import type { Config } from './config.ts';
import type { Container } from './container.ts';
import { SERVICE_NAME } from './container.ts';
import { openLogisticaDatabase } from './database.ts';
import { registerDeadConfirmations } from './entregas/confirmaciones.metrics.ts';
import { createFirmasRechazadas } from './entregas/firmas-rechazadas.ts';
import { removeExpired } from './retention.ts';
import { createSellado } from './sellado/sellado.ts';
import { findViewersOf } from './tareas/tareas.repository.ts';

/** A limit must not keep a confirmation waiting for a Redis that hangs (ms). */
const REDIS_DEADLINE_MS = 50;
/** For a seal, which somebody waits for who has asked for a file (ms). */
const SEAL_DEADLINE_MS = 5_000;
/** Proofs that one user may have made at once. */
const SEALS_AT_ONCE = 8;
/** Of one address, which many customers may have in common. */
const SEGUIMIENTOS_PER_MINUTE = 300;
const PALABRAS_PER_MINUTE = 20;

/** Opens everything that the service needs; Redis and autorizador may be down. The outbox is started by whoever runs it. */
export function createContainer(config: Config, overrides: Overrides = {}): Promise<Container> {
  return openService(SERVICE_NAME, config, overrides, async (opening) => {
    const { logger, metrics } = opening;
    const liveKey = followSecret(config.secretFiles.LIVE_KEY, (key) => key, logger).current;
    const queueKey = followSecret(config.secretFiles.QUEUE_KEY, (key) => key, logger).current;
    const database = opening.own(await openLogisticaDatabase(config));
    const queues = opening.own(createQueueClient(opening.redisAddress, logger));
    const { keySet, authenticator } = opening.verifier(queues.redis);
    const outbox = createOutbox({
      database,
      queues,
      queueKey,
      liveKey,
      logger,
      relayPollMs: config.RELAY_POLL_MS,
      viewersOf: findViewersOf,
      onRetention: (now) => removeExpired(database, now),
    });
    opening.onClose(() => outbox.stop());
    registerOutboxMetrics(metrics.registry, database.read);
    registerDeadConfirmations(metrics.registry, database.read);

    const cipher = followFieldCipher(config.secretFiles.FIELD_KEYS, logger);
    const hashSeal = createHashSeal(config.secrets.HASH_KEY);
    const sellado = createSellado({ database, cipher, hashSeal, logger });
    opening.onClose(() => sellado.stop());

    const rateOf = (name: string, perMinute: number) =>
      createRateLimit({
        redis: queues.redis,
        name,
        perMinute,
        message: `Ha superado las ${perMinute} ${name} por minuto de un usuario; espere un momento`,
        deadlineMs: REDIS_DEADLINE_MS,
      });

    const rateByAddress = (name: string, perMinute: number) =>
      createRateLimit({
        redis: queues.redis,
        name,
        perMinute,
        message: 'Demasiadas consultas desde esta dirección; espere un momento',
      });

    return {
      database,
      cipher,
      hashSeal,
      sellado,
      keySet,
      authenticator,
      queues,
      outbox,
      announceCancellation: createCancellationAnnouncer({ redis: queues.redis, queueKey, logger }),
      autorizador: opening.client('autorizador', {
        baseUrl: config.AUTORIZADOR_URL,
        timeoutMs: SEAL_DEADLINE_MS,
      }),
      confirmLimit: createInFlightLimit(config.CONFIRM_MAX_IN_FLIGHT),
      sealLimit: createInFlightLimit(SEALS_AT_ONCE),
      confirmRate: rateOf('confirmaciones', config.USER_CONFIRM_RATE),
      createRate: rateOf('entregas', config.USER_CREATE_RATE),
      seguimientoRate: rateByAddress('seguimiento', SEGUIMIENTOS_PER_MINUTE),
      palabraRate: rateByAddress('seguimiento:palabra', PALABRAS_PER_MINUTE),
      firmasRechazadas: opening.own(createFirmasRechazadas({ database, logger, registry: metrics.registry })),
    };
  });
}
