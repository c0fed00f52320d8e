import { accessSync, chmodSync, constants, lstatSync, mkdirSync, readdirSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { textOf } from '../terminal/run-command.ts';
import { reasonOf, UserError } from '../terminal/user-error.ts';

/** @throws UserError when the folder cannot be made or written to. */
export function prepareDataDir(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw unusable(dataDir, reasonOf(error));
  }
}

/** What the platform keeps in its data folder; anything else there is somebody's own. */
const OURS =
  /\.db(\.trasladada-[^.]*)?(-wal|-shm)?$|^(secrets|redis|jwks|auditoria\.jsonl|experimentos|reemplazado-.*)$/;
const NOT_THE_OWNER = 0o077;

/** Nobody else may read what earlier versions left readable. */
export function closeToOthers(dataDir: string): void {
  for (const name of readdirSync(dataDir).filter((entry) => OURS.test(entry))) close(join(dataDir, name));
}

function close(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found || found.isSymbolicLink() || found.uid !== process.getuid?.()) return;
  if ((found.mode & NOT_THE_OWNER) !== 0) chmodSync(path, found.mode & 0o700);
  if (!found.isDirectory()) return;
  for (const name of readdirSync(path)) close(join(path, name));
}

/** What is wrong, and how to put it right, by the code of the system or of SQLite. */
const FULL = ['el disco está lleno', 'libere espacio'] as const;
const NO_PERMISSION = ['', 'dé permiso de escritura'] as const;
const READ_ONLY = ['el disco es de solo lectura', 'móntelo con permiso de escritura'] as const;
const REASONS: Readonly<Record<string, readonly [what: string, remedy: string]>> = {
  ENOSPC: FULL,
  EDQUOT: ['se agotó la cuota de disco', 'libere espacio'],
  SQLITE_FULL: FULL,
  EROFS: READ_ONLY,
  SQLITE_READONLY: READ_ONLY,
  EACCES: NO_PERMISSION,
  EPERM: NO_PERMISSION,
};

function unusable(dataDir: string, code: string): UserError {
  const [what, remedy] = REASONS[code] ?? NO_PERMISSION;
  const reason = what ? `${code}: ${what}` : code;
  return new UserError(
    `DATA_DIR=${dataDir} no se puede usar (${reason}); ${remedy} o elija otro directorio con DATA_DIR`,
  );
}

/** An error that comes of a data folder which takes no more files, as what to do about it; any other as it is. */
export function explained(error: unknown, dataDir: string): unknown {
  if (!(error instanceof Error) || !(reasonOf(error) in REASONS)) return error;
  const path = 'path' in error ? String(error.path) : dataDir;
  return path.startsWith(dataDir) ? unusable(dataDir, reasonOf(error)) : error;
}

/** Below this, nothing that writes can be expected to start (bytes). */
const NEEDED = 256 * 1024;

/** The reason why a process did not start, with the remedy when that was a full disk: it says so in words of its own. */
export function withFullDisk(error: unknown, dataDir: string): unknown {
  const { bavail, bsize } = statfsSync(dataDir);
  if (bavail * bsize >= NEEDED) return error;
  return new UserError(`${textOf(error)}\n${unusable(dataDir, 'ENOSPC').message}`, { cause: error });
}
