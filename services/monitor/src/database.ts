import type { DatabaseConfig } from '@medisupply/shared/db/database-environment';
import type { OpenDatabase } from '@medisupply/shared/db/open-database';
import { openDatabase } from '@medisupply/shared/db/open';
import * as inicial from '../migrations/001-inicial.ts';
import * as actividadPorTipo from '../migrations/002-actividad-por-tipo.ts';
import type { MonitorTables } from './tables.ts';

export const migrations = { '001-inicial': inicial, '002-actividad-por-tipo': actividadPorTipo };

/** Migrates and opens the database of `monitor`. */
export const openMonitorDatabase = (config: DatabaseConfig): Promise<OpenDatabase<MonitorTables>> =>
  openDatabase<MonitorTables>(config, { owner: 'monitor', migrations });
