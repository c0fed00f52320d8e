import { accessSync, constants, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
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
    throw new UserError(
      `DATA_DIR=${dataDir} no se puede usar (${reasonOf(error)}); dé permiso de escritura o elija otro directorio con DATA_DIR`,
    );
  }
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
    if (reasonOf(error) !== 'EEXIST') throw error;
  }

  refuseWhenAlive(path, dataDir);
  const next = `${path}.${process.pid}`;
  writeFileSync(next, mine, { mode: 0o600 });
  renameSync(next, path);
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
