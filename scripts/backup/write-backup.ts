import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join, relative } from 'node:path';
import Database from 'better-sqlite3';
import { dumpOwners } from '@medisupply/shared/db/postgres/dump';
import { databasesIn } from '@medisupply/shared/db/sqlite/database-file';
import { VERSION } from '@medisupply/shared/version';
import { UserError } from '../terminal/user-error.ts';
import type { Manifest } from './archive.ts';
import { onPostgres } from './on-postgres.ts';
import { isLock, MANIFEST, newManifest, pack, sha256Of } from './archive.ts';

export interface Source {
  dataDir: string;
  secretsDir: string;
}

/**
 * Writes a backup of what is there, also while the platform runs: each database is copied as it was at one moment, SQLite's files and
 * the schemas of PostgreSQL.
 * @throws UserError when there is nothing to save
 */
export async function writeBackup(
  { dataDir, secretsDir }: Source,
  output: NodeJS.WritableStream,
): Promise<Manifest> {
  const databases = existsSync(dataDir) ? databasesIn(dataDir) : [];
  const owners = onPostgres(dataDir);
  if (databases.length === 0 && owners.length === 0)
    throw new UserError(`No hay bases de datos en ${dataDir}; indique dónde con DATA_DIR`);
  if (!existsSync(secretsDir)) throw new UserError(`No existe ${secretsDir}, la carpeta de los secretos`);

  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const folder = mkdtempSync(join(dataDir, '.copia-'));
  try {
    const bases: Manifest['bases'] = {};
    for (const { name, file } of databases) {
      const copy = join(folder, name);
      copyDatabase(file, copy);
      bases[name] = { bytes: statSync(copy).size, sha256: await sha256Of(copy) };
    }
    for (const [owner, filas] of await dumpOwners(owners, folder, process.env)) {
      const copy = join(folder, `${owner}.dump`);
      bases[`${owner}.dump`] = { bytes: statSync(copy).size, sha256: await sha256Of(copy), filas };
    }
    cpSync(secretsDir, join(folder, 'secrets'), {
      recursive: true,
      filter: (path) => !isLock(basename(path)),
    });
    const described = newManifest(VERSION, { bases, secretos: filesIn(join(folder, 'secrets')) });
    writeFileSync(join(folder, MANIFEST), `${JSON.stringify(described, null, 2)}\n`);
    await pack(folder, output);
    return described;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .toSorted();

function copyDatabase(from: string, to: string): void {
  const db = new Database(from, { readonly: true, timeout: 10_000 });
  try {
    db.prepare('VACUUM INTO ?').run(to);
  } finally {
    db.close();
  }
}
