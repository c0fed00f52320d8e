import { createQueueClient } from '@medisupply/shared/queueing/wire/queue-client';
import type { Overrides } from '@medisupply/shared/service/open-service';
import { openService } from '@medisupply/shared/service/open-service';
import { createAutorizadorClient } from './clients/autorizador.client.ts';
import type { Config } from './config.ts';
import type { Container } from './container.ts';
import { SERVICE_NAME } from './container.ts';
import { createSesiones } from './sesiones/sesiones.ts';
import { createTablero } from './tablero/tablero.ts';

/** Opens everything that the board needs; Redis and autorizador may be away. */
export function createContainer(config: Config, overrides: Overrides = {}): Promise<Container> {
  return openService(SERVICE_NAME, config, overrides, (opening) => {
    const { logger } = opening;
    const queues = opening.own(createQueueClient(opening.redisAddress, logger));
    const { tokens, isRevoked, authenticator } = opening.verifier(queues.redis);
    const sesiones = opening.own(createSesiones({ isRevoked }));
    const autorizador = opening.own(
      createAutorizadorClient(config.AUTORIZADOR_URL, config.PROXY_SOURCE_ADDRESS),
    );
    return {
      queues,
      acceso: { autorizador, tokens, sesiones, isRevoked, logger },
      tablero: opening.own(createTablero(queues, logger)),
      authenticator,
    };
  });
}
