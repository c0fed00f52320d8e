import type { OpenDatabase } from '@medisupply/shared/db/open-database';
import type { Authenticator } from '@medisupply/shared/http/authenticate';
import { createServiceClient } from '@medisupply/shared/http/service-client';
import type { Logger } from '@medisupply/shared/logging/logger';
import { createLogger } from '@medisupply/shared/logging/logger';
import { registerBreakers } from '@medisupply/shared/metrics/breaker-metrics';
import type { Metrics } from '@medisupply/shared/metrics/metrics';
import { createMetrics } from '@medisupply/shared/metrics/metrics';
import { connectForCommands } from '@medisupply/shared/redis/connect';
import { createVerifier } from '@medisupply/shared/security/verifier';
import type { TareasClient } from '@medisupply/shared/queueing/tareas.client';
import { createTareasClient } from '@medisupply/shared/queueing/tareas.client';
import type { Config } from './config.ts';
import { openServicioPlantillaDatabase } from './database.ts';
import type { ServicioPlantillaTables } from './tables.ts';

export const SERVICE_NAME = 'servicio-plantilla';

/** Everything that the routes and use cases work with. */
export interface Container {
  config: Config;
  logger: Logger;
  database: OpenDatabase<ServicioPlantillaTables>;
  tareas: TareasClient;
  authenticator: Authenticator;
  metrics: Metrics;
  isRedisConnected: () => boolean;
  close(): Promise<void>;
}

/** Opens everything; Redis and the other services may be away. `overrides` is for tests. */
export async function createContainer(
  config: Config,
  overrides: { logger?: Logger } = {},
): Promise<Container> {
  const logger =
    overrides.logger ?? createLogger(SERVICE_NAME, { level: config.LOG_LEVEL, format: config.LOG_FORMAT });
  const database = await openServicioPlantillaDatabase(config.DATA_DIR);
  // Tells of revoked tokens.
  const redis = connectForCommands(
    { REDIS_URL: config.REDIS_URL, password: config.secrets.REDIS_PASSWORD },
    logger,
  );
  const verifier = createVerifier({
    process: SERVICE_NAME,
    config,
    redis,
    logger,
  });
  const logistica = createServiceClient({
    name: 'logistica-inventario',
    baseUrl: config.LOGISTICA_URL,
    serviceKey: config.secrets.SERVICE_KEY,
    timeoutMs: 2_000,
    logger,
  });
  const metrics = createMetrics(SERVICE_NAME);
  registerBreakers(metrics.registry, { 'logistica-inventario': logistica });

  return {
    config,
    logger,
    database,
    tareas: createTareasClient(logistica),
    authenticator: verifier.authenticator,
    metrics,
    isRedisConnected: () => redis.status === 'ready',
    async close() {
      metrics.close();
      await logistica.close();
      verifier.close();
      redis.disconnect();
      await database.close();
    },
  };
}
