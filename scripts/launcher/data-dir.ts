import { accessSync, constants, mkdirSync, renameSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { textOf } from '../terminal/run-command.ts';
import { reasonOf, UserError } from '../terminal/user-error.ts';
import { isAlive, readText, statOf } from './proc.ts';

/** Two launchers that take over the same stale lock at once see each other after this time (ms). */
const SETTLE_MS = 100;

/** @throws UserError when the folder cannot be made or written to. */
export function prepareDataDir(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw unusable(dataDir, reasonOf(error));
  }
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

export interface DataDirLock {
  /** The launcher before us died without cleaning up: its processes may still be ending. */
  tookOver: boolean;
  release(): void;
}

/** What is said to others while one of us holds the folder. */
const HOLDERS = {
  launcher: (dataDir: string, pid: string) =>
    `Ya hay un lanzador en marcha con DATA_DIR=${dataDir} (pid ${pid}); deténgalo con: kill ${pid}\n` +
    'o arranque otro con otro DATA_DIR y otros puertos',
  restore: (dataDir: string, pid: string) =>
    `Se está restaurando una copia en DATA_DIR=${dataDir} (pid ${pid}); espere a que termine y repita`,
};

/**
 * One launcher or restore per data folder: `launcher.lock` holds its pid, its start time, so that a pid in use by
 * another program does not count, and what it is. @throws UserError while another one runs.
 */
export async function lockDataDir(
  dataDir: string,
  holder: keyof typeof HOLDERS = 'launcher',
): Promise<DataDirLock> {
  const path = join(dataDir, 'launcher.lock');
  const mine = `${process.pid} ${startTimeOf(process.pid)} ${holder}\n`;
  const release = () => {
    if (readText(path) === mine) rmSync(path, { force: true });
  };
  try {
    writeFileSync(path, mine, { flag: 'wx', mode: 0o600 });
    return { tookOver: false, release };
  } catch (error) {
    // On a full disk it was made and could not be filled.
    if (reasonOf(error) === 'ENOSPC') rmSync(path, { force: true });
    if (reasonOf(error) !== 'EEXIST') throw error;
  }

  refuseWhenAlive(path, dataDir);
  const next = `${path}.${process.pid}`;
  try {
    writeFileSync(next, mine, { mode: 0o600 });
    renameSync(next, path);
  } catch (error) {
    rmSync(next, { force: true });
    throw error;
  }
  await delay(SETTLE_MS);
  if (readText(path) !== mine) refuseWhenAlive(path, dataDir);
  return { tookOver: true, release };
}

function refuseWhenAlive(path: string, dataDir: string): void {
  const [pid, started, holder] = (readText(path) ?? '').trim().split(' ');
  if (!pid || !isAlive(Number(pid)) || startTimeOf(Number(pid)) !== started) return;
  throw new UserError(HOLDERS[holder === 'restore' ? 'restore' : 'launcher'](dataDir, pid));
}

/** '-' where /proc does not tell. */
const startTimeOf = (pid: number) => statOf(pid)?.started ?? '-';
