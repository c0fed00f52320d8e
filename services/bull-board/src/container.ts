import type { Authenticator } from '@medisupply/shared/http/authenticate';
import type { Logger } from '@medisupply/shared/logging/logger';
import type { Metrics } from '@medisupply/shared/metrics/metrics';
import { createMetrics } from '@medisupply/shared/metrics/metrics';
import { createVerifier } from '@medisupply/shared/security/verifier';
import { createQueueClient } from '@medisupply/shared/queueing/wire/queue-client';
import type { QueueClient } from '@medisupply/shared/queueing/wire/queue-client';
import { createAutorizadorClient } from './clients/autorizador.client.ts';
import type { Config } from './config.ts';
import type { AccesoDependencies } from './sesiones/iniciar-sesion.ts';
import { createSesiones } from './sesiones/sesiones.ts';
import type { Tablero } from './tablero/tablero.ts';
import { createTablero } from './tablero/tablero.ts';

export const SERVICE_NAME = 'bull-board';

export interface Container {
  config: Config;
  logger: Logger;
  queues: QueueClient;
  acceso: AccesoDependencies;
  tablero: Tablero;
  /** For `/metrics` alone: people come in through the login. */
  authenticator: Authenticator;
  metrics: Metrics;
  close(): Promise<void>;
}

/** Opens what the board needs; Redis and autorizador may be away. */
export function createContainer(config: Config, logger: Logger): Container {
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
  const { tokens, isRevoked, authenticator } = verifier;
  const sesiones = createSesiones({ key: config.secrets.SESSION_KEY, isRevoked });
  const tablero = createTablero(queues, logger);
  const metrics = createMetrics(SERVICE_NAME);
  const autorizador = createAutorizadorClient(config.AUTORIZADOR_URL, config.PROXY_SOURCE_ADDRESS);

  return {
    config,
    logger,
    queues,
    acceso: {
      autorizador,
      tokens,
      sesiones,
      isRevoked,
      logger,
    },
    tablero,
    authenticator,
    metrics,
    async close() {
      tablero.close();
      sesiones.close();
      verifier.close();
      metrics.close();
      await autorizador.close();
      await queues.close();
    },
  };
}
