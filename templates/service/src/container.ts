import type { OpenDatabase, ServiceContainer, TareasClient } from '@medisupply/shared';
import type { Config } from './config.ts';
import type { ServicioPlantillaTables } from './tables.ts';

export const SERVICE_NAME = 'servicio-plantilla';

/** Everything that the routes and use cases work with. */
export interface Container extends ServiceContainer<Config> {
  database: OpenDatabase<ServicioPlantillaTables>;
  tareas: TareasClient;
  isRedisConnected: () => boolean;
}
