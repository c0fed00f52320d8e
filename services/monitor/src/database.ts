import { databaseFile } from '@medisupply/shared/db/database-file';
import { migrate } from '@medisupply/shared/db/migrate';
import type { OpenDatabase } from '@medisupply/shared/db/open-database';
import { openDatabase } from '@medisupply/shared/db/open-database';
import * as inicial from '../migrations/001-inicial.ts';
import * as actividadPorTipo from '../migrations/002-actividad-por-tipo.ts';
import type { MonitorTables } from './tables.ts';

export const migrations = { '001-inicial': inicial, '002-actividad-por-tipo': actividadPorTipo };

/** Migrates and opens `$DATA_DIR/monitor.db`. */
export async function openMonitorDatabase(dataDir: string): Promise<OpenDatabase<MonitorTables>> {
  const file = databaseFile(dataDir, 'monitor');
  await migrate(file, migrations);
  return openDatabase<MonitorTables>(file);
}
