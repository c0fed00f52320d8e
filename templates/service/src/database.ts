import type { DatabaseConfig, OpenDatabase } from '@medisupply/shared';
import { openDatabase } from '@medisupply/shared';
import * as inicial from '../migrations/001-inicial.ts';
import type { ServicioPlantillaTables } from './tables.ts';

const migrations = { '001-inicial': inicial };

/** Migrates and opens the database of `servicio-plantilla`. */
export const openServicioPlantillaDatabase = (
  config: DatabaseConfig,
): Promise<OpenDatabase<ServicioPlantillaTables>> =>
  openDatabase<ServicioPlantillaTables>(config, { owner: 'servicio-plantilla', migrations });
