import type { OpenDatabase } from '@medisupply/shared';
import { databaseFile, migrate, openDatabase } from '@medisupply/shared';
import * as inicial from '../migrations/001-inicial.ts';
import type { ServicioPlantillaTables } from './tables.ts';

const migrations = { '001-inicial': inicial };

/** Migrates and opens `$DATA_DIR/servicio-plantilla.db`. */
export async function openServicioPlantillaDatabase(
  dataDir: string,
): Promise<OpenDatabase<ServicioPlantillaTables>> {
  const file = databaseFile(dataDir, 'servicio-plantilla');
  await migrate(file, migrations);
  return openDatabase<ServicioPlantillaTables>(file);
}
