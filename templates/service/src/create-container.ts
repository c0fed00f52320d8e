import type { Overrides } from '@medisupply/shared';
import { createTareasClient, openService } from '@medisupply/shared';
import type { Config } from './config.ts';
import type { Container } from './container.ts';
import { SERVICE_NAME } from './container.ts';
import { openServicioPlantillaDatabase } from './database.ts';

/** Opens everything that the service needs; Redis and the other services may be away. */
export function createContainer(config: Config, overrides: Overrides = {}): Promise<Container> {
  return openService(SERVICE_NAME, config, overrides, async (opening) => {
    const database = opening.own(await openServicioPlantillaDatabase(config));
    // Tells of revoked tokens.
    const redis = opening.redis();
    const logistica = opening.client('logistica-inventario', {
      baseUrl: config.LOGISTICA_URL,
      timeoutMs: 2_000,
    });
    return {
      database,
      tareas: createTareasClient(logistica),
      authenticator: opening.verifier(redis).authenticator,
      isRedisConnected: () => redis.status === 'ready',
    };
  });
}
