import { join } from 'node:path';
import type { Logger } from '@medisupply/shared/logging/logger';
import { createAccessTokenVerifier } from '@medisupply/shared/security/access-token';
import { fetchJwks } from '@medisupply/shared/security/fetch-jwks';
import { createKeySet } from '@medisupply/shared/security/key-set';
import { createRevocationList } from '@medisupply/shared/security/revocations';
import { createQueueClient } from '@medisupply/shared/tasks/queue-client';
import type { QueueClient } from '@medisupply/shared/tasks/queue-client';
import { createAutorizadorClient } from './clients/autorizador.client.ts';
import type { Config } from './config.ts';
import type { AccesoDependencies } from './sesiones/iniciar-sesion.ts';
import { createSesiones } from './sesiones/sesiones.ts';
import type { Tablero } from './tablero/tablero.ts';
import { createTablero } from './tablero/tablero.ts';

export const SERVICE_NAME = 'bull-board';

export interface Container {
  logger: Logger;
  queues: QueueClient;
  acceso: AccesoDependencies;
  tablero: Tablero;
  close(): Promise<void>;
}

/** Opens what the board needs; Redis and autorizador may be away. */
export function createContainer(config: Config, logger: Logger): Container {
  const queues = createQueueClient(
    { REDIS_URL: config.REDIS_URL, password: config.secrets.REDIS_PASSWORD },
    logger,
  );
  const keySet = createKeySet({
    setupFile: config.JWKS_FILE,
    cacheFile: join(config.DATA_DIR, 'jwks', `${SERVICE_NAME}.json`),
    fetchJwks: () => fetchJwks(new URL('/.well-known/jwks.json', config.AUTORIZADOR_URL).href),
    logger,
  });
  const revocations = createRevocationList({ redis: queues.redis, logger });
  const sesiones = createSesiones({ key: config.secrets.SESSION_KEY, isRevoked: revocations.isRevoked });
  const tablero = createTablero(queues, logger);

  return {
    logger,
    queues,
    acceso: {
      autorizador: createAutorizadorClient(config.AUTORIZADOR_URL),
      tokens: createAccessTokenVerifier({ keySet }),
      sesiones,
      isRevoked: revocations.isRevoked,
      logger,
    },
    tablero,
    async close() {
      tablero.close();
      sesiones.close();
      revocations.close();
      keySet.close();
      await queues.close();
    },
  };
}
