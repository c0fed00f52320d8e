import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
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

/** The process of this user that listens on a TCP port; undefined when there is none, or no /proc. */
export function listenerOn(port: number): number | undefined {
  const LISTENS = '0A';
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const sockets = ['tcp', 'tcp6']
    .flatMap((table) => readText(`/proc/net/${table}`)?.split('\n') ?? [])
    .map((line) => line.trim().split(/\s+/))
    .filter(([, address, , state]) => address?.endsWith(suffix) && state === LISTENS)
    .map((fields) => `socket:[${fields[9]}]`);
  const pids = sockets.length === 0 ? [] : namesIn('/proc').filter((name) => /^\d+$/.test(name));
  const found = pids.find((pid) =>
    namesIn(`/proc/${pid}/fd`).some((fd) => sockets.includes(targetOf(`/proc/${pid}/fd/${fd}`) ?? '')),
  );
  return found === undefined ? undefined : Number(found);
}

const namesIn = (folder: string) => orUndefined(() => readdirSync(folder)) ?? [];
const targetOf = (link: string) => orUndefined(() => readlinkSync(link));
export const readText = (path: string) => orUndefined(() => readFileSync(path, 'utf8'));

/** What is in /proc may be gone, or another's, at any moment. */
function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
