import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { reasonOf, UserError } from '../terminal/user-error.ts';
import { isAlive, readText, statOf } from './proc.ts';

/** Two launchers that take over the same stale lock at once see each other after this time (ms). */
const SETTLE_MS = 100;
/** The processes of a launcher that was killed end by themselves; who has not by then (ms) is killed as well. */
const LEFTOVER_GRACE_MS = 1_000;
const LOOK_MS = 50;

export interface DataDirLock {
  /** The launcher before us died without cleaning up. What it had started has ended. */
  tookOver: boolean;
  /** Notes a process of ours, for a launcher that comes after us and finds it still there. */
  add: (name: string, pid: number | undefined) => void;
  release(): void;
}

/** What is said to others while one of us holds the folder. */
const HOLDERS = {
  launcher: (dataDir: string, pid: string) =>
    `Ya hay un lanzador en marcha con DATA_DIR=${dataDir} (pid ${pid}); deténgalo con: kill ${pid}\n` +
    'o arranque otro con otro DATA_DIR y otros puertos',
  restore: (dataDir: string, pid: string) =>
    `Se está restaurando una copia en DATA_DIR=${dataDir} (pid ${pid}); espere a que termine y repita`,
  move: (dataDir: string, pid: string) =>
    `Se están trasladando los datos de DATA_DIR=${dataDir} (pid ${pid}); espere a que termine y repita`,
};

/**
 * One launcher, restore or move per data folder: the first line of `launcher.lock` is its pid, its start time, so that a pid
 * in use by another program does not count, and what it is; the others are the processes that it started.
 * @throws UserError while another one runs
 */
export async function lockDataDir(
  dataDir: string,
  holder: keyof typeof HOLDERS = 'launcher',
): Promise<DataDirLock> {
  const path = join(dataDir, 'launcher.lock');
  const mine = lineOf(process.pid, holder);
  const started = new Map<string, string>();

  function replace(): void {
    const next = `${path}.${process.pid}`;
    try {
      writeFileSync(next, [mine, ...started.values()].map((line) => `${line}\n`).join(''), { mode: 0o600 });
      renameSync(next, path);
    } catch (error) {
      rmSync(next, { force: true });
      throw error;
    }
  }

  const lock = (tookOver: boolean): DataDirLock => ({
    tookOver,
    add(name, pid) {
      if (pid === undefined) return;
      started.set(name, lineOf(pid, name));
      try {
        replace();
      } catch {
        // A disk that is full by now: those after us wait a little longer then.
      }
    },
    release() {
      if (linesOf(path)[0] === mine) rmSync(path, { force: true });
    },
  });

  try {
    writeFileSync(path, `${mine}\n`, { flag: 'wx', mode: 0o600 });
    return lock(false);
  } catch (error) {
    // On a full disk it was made and could not be filled.
    if (reasonOf(error) === 'ENOSPC') rmSync(path, { force: true });
    if (reasonOf(error) !== 'EEXIST') throw error;
  }

  refuseWhenAlive(path, dataDir);
  for (const line of linesOf(path).slice(1)) started.set(line, line);
  replace();
  await delay(SETTLE_MS);
  if (linesOf(path)[0] !== mine) refuseWhenAlive(path, dataDir);
  await endAll([...started.values()]);
  started.clear();
  return lock(true);
}

function refuseWhenAlive(path: string, dataDir: string): void {
  const [line = ''] = linesOf(path);
  const [pid = '', , holder] = line.split(' ');
  if (!isRunning(line)) return;
  const known = holder === 'restore' || holder === 'move' ? holder : 'launcher';
  throw new UserError(HOLDERS[known](dataDir, pid));
}

/** Killing is safe: what was answered is on disk, and what runs is run again. */
async function endAll(lines: readonly string[]): Promise<void> {
  const graceEnds = performance.now() + LEFTOVER_GRACE_MS;
  for (let left = lines.filter(isRunning); left.length > 0; left = left.filter(isRunning)) {
    if (performance.now() > graceEnds) {
      for (const line of left) kill(line);
      // A process that the kernel does not let go shows itself by what it holds, such as its port.
      if (performance.now() > graceEnds + LEFTOVER_GRACE_MS) return;
    }
    await delay(LOOK_MS);
  }
}

function kill(line: string): void {
  // Where its start time is not known, it may be anybody's by now.
  if (line.split(' ')[1] === '-') return;
  try {
    process.kill(Number(line.split(' ')[0]), 'SIGKILL');
  } catch {
    // It has ended, or is another user's.
  }
}

function isRunning(line: string): boolean {
  const [pid, started] = line.split(' ');
  return isAlive(Number(pid)) && startTimeOf(Number(pid)) === started;
}

const linesOf = (path: string) => readText(path)?.split('\n').filter(Boolean) ?? [];

const lineOf = (pid: number, name: string) => `${pid} ${startTimeOf(pid)} ${name}`;

/** '-' where /proc does not tell. */
const startTimeOf = (pid: number) => statOf(pid)?.started ?? '-';
