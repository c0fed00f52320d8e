import type { QueueClient } from '@medisupply/shared/queueing/wire/queue-client';
import type { ServiceContainer } from '@medisupply/shared/service/open-service';
import type { Config } from './config.ts';
import type { AccesoDependencies } from './sesiones/iniciar-sesion.ts';
import type { Tablero } from './tablero/tablero.ts';

export const SERVICE_NAME = 'bull-board';

/** What the board works with. Its authenticator is for `/metrics` alone: people come in through the login. */
export interface Container extends ServiceContainer<Config> {
  queues: QueueClient;
  acceso: AccesoDependencies;
  tablero: Tablero;
}
