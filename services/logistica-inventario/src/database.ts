import type { DatabaseConfig } from '@medisupply/shared/db/database-environment';
import type { OpenDatabase } from '@medisupply/shared/db/open-database';
import { openDatabase } from '@medisupply/shared/db/open';
import * as inicial from '../migrations/001-inicial.ts';
import * as inventario from '../migrations/002-inventario.ts';
import * as canceladas from '../migrations/003-canceladas.ts';
import * as reservasPorUsuario from '../migrations/050-reservas-por-usuario.ts';
import * as asignaciones from '../migrations/060-asignaciones.ts';
import * as sellado from '../migrations/070-sellado.ts';
import * as paginas from '../migrations/091-paginas.ts';
import * as jornada from '../migrations/140-jornada.ts';
import * as enlaces from '../migrations/150-enlaces.ts';
import type { LogisticaTables } from './tables.ts';

export const migrations = {
  '001-inicial': inicial,
  '002-inventario': inventario,
  '003-canceladas': canceladas,
  '050-reservas-por-usuario': reservasPorUsuario,
  '060-asignaciones': asignaciones,
  '070-sellado': sellado,
  '091-paginas': paginas,
  '140-jornada': jornada,
  '150-enlaces': enlaces,
};

/** Migrates and opens the database of `logistica`. */
export const openLogisticaDatabase = (config: DatabaseConfig): Promise<OpenDatabase<LogisticaTables>> =>
  openDatabase<LogisticaTables>(config, { owner: 'logistica', migrations });
