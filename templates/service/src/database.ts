import { join } from 'node:path';
import type { OpenDatabase } from '@medisupply/shared';
import { migrate, openDatabase } from '@medisupply/shared';
import * as inicial from '../migrations/001-inicial.ts';
import type { ServicioPlantillaTables } from './tables.ts';

const migrations = { '001-inicial': inicial };

/** Migrates and opens `$DATA_DIR/servicio-plantilla.db`. */
export async function openServicioPlantillaDatabase(
  dataDir: string,
): Promise<OpenDatabase<ServicioPlantillaTables>> {
  const file = join(dataDir, 'servicio-plantilla.db');
  await migrate(file, migrations);
  return openDatabase<ServicioPlantillaTables>(file);
}
