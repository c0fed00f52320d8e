import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';

const KEY = 'medisupply.crash_point';

/**
 * Names a moment at which a process may die. A no-op, unless a test armed that name: then the process is killed on the
 * spot, as by a power cut.
 */
export function crashPoint(name: CrashPointName): void {
  if (getEnvironmentData(KEY) === name) process.kill(process.pid, 'SIGKILL');
}

export type CrashPointName =
  | 'api.before_commit'
  | 'api.after_commit'
  | 'relay.after_claim'
  | 'relay.after_add'
  | 'worker.before_commit'
  | 'worker.after_commit';

/** @public For test programs only: the next pass of `name` kills this process. */
export function armCrashPoint(name: CrashPointName): void {
  setEnvironmentData(KEY, name);
}
