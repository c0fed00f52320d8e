import { readdir } from 'node:fs/promises';
import * as path from 'node:path';
import { FileMigrationProvider } from 'kysely/migration';
import type { Migrations } from '../migrations.ts';

export const migrationsIn = (folder: string): Promise<Migrations> =>
  new FileMigrationProvider({ fs: { readdir }, path, migrationFolder: folder }).getMigrations();
