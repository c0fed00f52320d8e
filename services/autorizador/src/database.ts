import type { DatabaseConfig } from '@medisupply/shared/db/database-environment';
import type { OpenDatabase } from '@medisupply/shared/db/open-database';
import { openDatabase } from '@medisupply/shared/db/open';
import * as inicial from '../migrations/001-inicial.ts';
import * as nombreAspecto from '../migrations/002-nombre-aspecto.ts';
import * as contrasenas from '../migrations/010-contrasenas.ts';
import * as mensajeros from '../migrations/060-mensajeros.ts';
import type { AutorizadorTables } from './tables.ts';

export const migrations = {
  '001-inicial': inicial,
  '002-nombre-aspecto': nombreAspecto,
  '010-contrasenas': contrasenas,
  '060-mensajeros': mensajeros,
};

export type AutorizadorDatabase = OpenDatabase<AutorizadorTables>;

/** Migrates and opens the database of `autorizador`. */
export const openAutorizadorDatabase = (config: DatabaseConfig): Promise<AutorizadorDatabase> =>
  openDatabase<AutorizadorTables>(config, { owner: 'autorizador', migrations });
