import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { findViewersOf, marcarMuerta } from '@medisupply/logistica-inventario/task-host';
import { unauthorized } from '@medisupply/shared/http/app-error';
import { createAuthenticator } from '@medisupply/shared/http/authenticate';
import { createTaskMetrics } from '@medisupply/shared/metrics/task-metrics';
import { createCancellationAnnouncer } from '@medisupply/shared/queueing/control/cancellations';
import { createControlListener } from '@medisupply/shared/queueing/control/control-channel';
import { createOutbox } from '@medisupply/shared/queueing/relay/outbox';
import { createQueueClient } from '@medisupply/shared/queueing/wire/queue-client';
import { followQueueKeys } from '@medisupply/shared/queueing/wire/queue-keys';
import { followSecret } from '@medisupply/shared/security/secret-file';
import { followServiceKeys } from '@medisupply/shared/security/service-key';
import type { Overrides } from '@medisupply/shared/service/open-service';
import { openService } from '@medisupply/shared/service/open-service';
import { createCancellations } from './cancellations.ts';
import type { Config } from './config.ts';
import type { Container } from './container.ts';
import { PROCESS_NAME } from './container.ts';
import { createHandlers } from './create-handlers.ts';
import { measureRuns } from './measure-runs.ts';
import { createJobRunner } from './run-job.ts';
import { createSuspectRunner } from './suspects.ts';

/** Opens everything that a worker needs; Redis and logistica may be away. */
export function createContainer(config: Config, overrides: Overrides = {}): Promise<Container> {
  return openService(PROCESS_NAME, config, overrides, async (opening) => {
    const { logger, metrics, redisAddress: address } = opening;
    const queueKeys = followQueueKeys(config.secretFiles.QUEUE_KEY, logger);
    const queueKey = queueKeys.current;
    const liveKey = followSecret(config.secretFiles.LIVE_KEY, (key) => key, logger).current;
    const { database, handlers } = opening.own(await createHandlers(config, logger));
    const queues = opening.own(createQueueClient(address, logger));
    const id = `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`;
    const control = opening.own(
      createControlListener({ address, redis: queues.redis, workerId: id, queueKey, logger }),
    );
    const logistica = opening.client('logistica-inventario', {
      baseUrl: config.LOGISTICA_URL,
      timeoutMs: 2_000,
    });
    const outbox = createOutbox({
      database,
      queues,
      queueKey,
      liveKey,
      logger,
      relayPollMs: config.WORKER_RELAY_POLL_MS,
      viewersOf: findViewersOf,
    });
    opening.onClose(() => outbox.stop());
    const runJob = createJobRunner({
      database,
      handlers,
      queueKeys,
      logistica,
      cancellations: createCancellations(control),
      runSuspect: createSuspectRunner({
        program: join(import.meta.dirname, 'suspect-main.ts'),
        silenceMs: config.WATCHDOG_MS,
        logger,
      }),
      onDead: (tx, taskId, motivo) => marcarMuerta(tx, taskId, motivo, Date.now()),
      logger,
    });
    return {
      id,
      database,
      handlers,
      queues,
      liveKey,
      outbox,
      control,
      announceCancellation: createCancellationAnnouncer({ redis: queues.redis, queueKey, logger }),
      authenticator: createAuthenticator({
        verifyToken() {
          throw unauthorized('Aquí solo entran claves de servicio');
        },
        verifyServiceKey: followServiceKeys(config.secretFiles.SERVICE_KEYS, logger).verify,
      }),
      runJob: measureRuns(runJob, createTaskMetrics(metrics.registry)),
    };
  });
}
