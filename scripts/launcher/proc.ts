import { readFileSync } from 'node:fs';
import { reasonOf } from '../terminal/user-error.ts';

export interface ProcessStat {
  /** One letter: `R`, `S`, `Z`… */
  state: string;
  /** Clock ticks since boot at which it started. */
  started: string;
}

/** What the kernel tells of a process; undefined when it is gone, or where there is no /proc. */
export function statOf(pid: number): ProcessStat | undefined {
  const stat = readText(`/proc/${pid}/stat`);
  // The second field is the name in parentheses, which may hold spaces; the start is the 20th field after it.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields?.[19] === undefined ? undefined : { state: fields[0] ?? '', started: fields[19] };
}

/** A zombie has ended: nobody has asked how, which may stay so where the first process does not care for orphans. */
export function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (reasonOf(error) !== 'EPERM') return false;
  }
  return !['Z', 'X'].includes(statOf(pid)?.state ?? '');
}

export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
