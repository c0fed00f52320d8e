import { statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { SERVICES } from '@medisupply/shared/services';
import type { EstadoBase } from '@medisupply/shared/contracts/monitor/estado';
import type { Probes } from './probes.ts';

const BASES = SERVICES.flatMap(({ database }) => database ?? []);

/** Opens each SQLite file of the platform for reading and asks for its schema. */
export const medirBases = ({ dataDir }: Pick<Probes, 'dataDir'>): Record<string, EstadoBase> =>
  Object.fromEntries(BASES.map((name) => [name, medirBase(join(dataDir, `${name}.db`))]));

function medirBase(file: string): EstadoBase {
  const size = sizeOf(file);
  if (size === null) return { status: 'missing', schema: null, size: null, wal_size: null, error: null };
  const figures = { size, wal_size: sizeOf(`${file}-wal`) ?? 0 };
  try {
    return { status: 'ok', schema: schemaOf(file), ...figures, error: null };
  } catch (error) {
    return { status: 'error', schema: null, ...figures, error: codeOf(error) };
  }
}

function schemaOf(file: string): string | null {
  // The timeout is how long another process's lock may hold up the event loop.
  const database = new Database(file, { readonly: true, fileMustExist: true, timeout: 20 });
  try {
    const migrated = database
      .prepare("select 1 from sqlite_master where type = 'table' and name = 'kysely_migration'")
      .get();
    if (!migrated) return null;
    const latest = database.prepare('select max(name) from kysely_migration').pluck().get();
    return typeof latest === 'string' ? latest : null;
  } finally {
    database.close();
  }
}

/** Bytes; null when there is no such file. */
const sizeOf = (file: string): number | null => statSync(file, { throwIfNoEntry: false })?.size ?? null;

/** SQLite's code only: its messages may quote paths. */
const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'SQLITE_ERROR';
