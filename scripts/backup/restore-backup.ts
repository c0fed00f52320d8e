import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { databaseFile, databasesIn } from '@medisupply/shared/db/sqlite/database-file';
import { isInUse } from '@medisupply/shared/db/sqlite/whole-sqlite';
import type { Manifest } from './archive.ts';
import { isLock, MANIFEST, parseManifest, sha256Of, unpack } from './archive.ts';
import { lockDataDir } from '../launcher/data-dir-lock.ts';
import { closeToOthers } from '../launcher/data-dir.ts';
import { UserError } from '../terminal/user-error.ts';
import { finish, openDestinations, restoreDumps } from './restore-dumps.ts';
import type { Source } from './write-backup.ts';

export interface Restored {
  manifest: Manifest;
  /** Where what was there before has gone; undefined when there was nothing. */
  before: string | undefined;
}

/**
 * Puts the databases and secrets of the backup that `open` gives in the place of what is there, which is kept beside them. Nothing is touched
 * before the whole backup has been read and found sound; until it is done, the platform cannot be started.
 * @throws UserError when it is damaged, when the platform runs, or when there is data and `replace` does not say so
 */
export async function restoreBackup(
  target: Source,
  open: () => Promise<NodeJS.ReadableStream>,
  { replace }: { replace: boolean },
): Promise<Restored> {
  const { dataDir } = target;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  refuseWhileInUse(dataDir);
  const lock = await lockDataDir(dataDir, 'restore');
  try {
    return await replaceData(target, await open(), replace);
  } finally {
    lock.release();
  }
}

async function replaceData(
  target: Source,
  input: NodeJS.ReadableStream,
  replace: boolean,
): Promise<Restored> {
  const { dataDir, secretsDir } = target;
  const present = filesOf(target);
  if (present.length > 0 && !replace) {
    throw new UserError(
      `Ya hay datos en ${dataDir}; para ponerlos aparte y restaurar en su lugar, añada --reemplazar`,
    );
  }

  const folder = mkdtempSync(join(dataDir, '.restaurando-'));
  await using opened = new AsyncDisposableStack();
  try {
    await unpack(input, folder);
    const described = await inspect(folder);
    const destinations = await openDestinations(described, dataDir, opened);
    await restoreDumps(destinations, described, folder);
    const before = present.length > 0 ? setAside(target) : undefined;
    for (const name of Object.keys(described.bases).filter(isSqlite))
      move(join(folder, name), databaseFile(dataDir, name.slice(0, -'.db'.length)));
    copyFiles(join(folder, 'secrets'), secretsDir, (path) => !isOfServer(path));
    await finish(destinations);
    return { manifest: described, before };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function refuseWhileInUse(dataDir: string): void {
  for (const { file } of databasesIn(dataDir))
    if (isInUse(file)) throw new UserError(`La plataforma está en marcha: usa ${file}; deténgala y repita`);
}

/** @throws UserError unless everything is there and is what the manifest says */
async function inspect(folder: string): Promise<Manifest> {
  const path = join(folder, MANIFEST);
  if (!existsSync(path)) throw new UserError(`No es una copia de seguridad: no tiene ${MANIFEST}`);
  const described = parseManifest(readFileSync(path, 'utf8'));
  for (const [name, { sha256 }] of Object.entries(described.bases)) {
    const copy = join(folder, name);
    if (!existsSync(copy) || (await sha256Of(copy)) !== sha256) {
      throw new UserError(`La copia está dañada: ${name} no es la que dice ${MANIFEST}`);
    }
    if (!isSqlite(name)) continue;
    const db = new Database(copy, { readonly: true });
    const answer = db.pragma('integrity_check', { simple: true });
    db.close();
    if (answer !== 'ok') throw new UserError(`La copia está dañada: ${name}: ${String(answer)}`);
  }
  if (!existsSync(join(folder, 'secrets')))
    throw new UserError('La copia está incompleta: no tiene secretos');
  return described;
}

/** Moves databases away and copies secrets: in containers their folders are mounts, which stay where they are. */
function setAside(target: Source): string {
  const { dataDir, secretsDir } = target;
  const before = join(dataDir, `reemplazado-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`);
  mkdirSync(before, { mode: 0o700 });
  copyFiles(secretsDir, join(before, 'secrets'));
  for (const { file } of databasesIn(dataDir))
    for (const path of ['', '-wal', '-shm'].map((suffix) => file + suffix).filter((part) => existsSync(part)))
      move(path, join(before, basename(path)));
  // A secret that its reader sees through a group is of no use to it here.
  closeToOthers(before);
  return before;
}

const isSqlite = (name: string) => name.endsWith('.db');

/** Passwords of a PostgreSQL: those of the one that is there stay, whatever the backup holds of another. */
const isOfServer = (path: string) => /^postgres(\/|\.env$)|_database_password$/.test(path);

function copyFiles(from: string, to: string, replaces: (path: string) => boolean = () => true): void {
  for (const path of filesBelow(from)) {
    const target = join(to, path);
    if (existsSync(target) && !replaces(path)) continue;
    if (!existsSync(dirname(target))) mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
    copyFile(join(from, path), target);
  }
}

function copyFile(from: string, to: string): void {
  const mode = statSync(from).mode & 0o777;
  // A secret can be replaced, not overwritten: nobody may write into it.
  const temporary = `${to}.nuevo`;
  copyFileSync(from, temporary);
  chmodSync(temporary, mode);
  renameSync(temporary, to);
}

/** In containers each database lies on a mount of its own. */
function move(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EXDEV')) throw error;
    copyFile(from, to);
    rmSync(from);
  }
}

const filesOf = ({ dataDir, secretsDir }: Source) => [
  ...databasesIn(dataDir).map(({ file }) => file),
  ...filesBelow(secretsDir),
];

/** Relative paths. */
function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !isLock(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}
