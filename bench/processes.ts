/** What processes cost, read from /proc. */
import { readFileSync } from 'node:fs';

/** USER_HZ of every Linux that Node runs on (ticks per second). */
const TICKS = 100;

/** User and system time of a process with all its threads so far (ms); undefined when it has ended. */
export function cpuOf(pid: number): number | undefined {
  const fields = statOf(pid);
  return fields && ((Number(fields[11]) + Number(fields[12])) / TICKS) * 1_000;
}

/** The fields behind the name, which may hold anything, brackets and spaces as well. */
function statOf(pid: number): string[] | undefined {
  const stat = read(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** A server whose work is done by its children, those that have ended included. */
const FAMILIES = new Set(['postgres']);

function cpuOfNamed(name: string, pid: number): number | undefined {
  const own = cpuOf(pid);
  if (own === undefined || !FAMILIES.has(name)) return own;
  const living = childrenOf(pid).reduce((sum, child) => sum + (cpuOf(child) ?? 0), 0);
  return own + endedChildrenOf(pid) + living;
}

function endedChildrenOf(pid: number): number {
  const fields = statOf(pid) ?? [];
  return ((Number(fields[13] ?? 0) + Number(fields[14] ?? 0)) / TICKS) * 1_000;
}

export const childrenOf = (pid: number): number[] =>
  (read(`/proc/${pid}/task/${pid}/children`) ?? '').split(' ').filter(Boolean).map(Number);

/** Memory of a process, shared pages divided by those who share them (bytes); undefined when it has ended. */
export function pssOf(pid: number): number | undefined {
  const kilobytes = /^Pss: +(\d+) kB$/m.exec(read(`/proc/${pid}/smaps_rollup`) ?? '')?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1_024;
}

/** By name, what each of the processes used since (ms). */
export function cpuSince(before: ReadonlyMap<string, number>, pids: ReadonlyMap<string, number>) {
  const used: Record<string, number> = {};
  for (const [name, pid] of pids) {
    const now = cpuOfNamed(name, pid);
    const then = before.get(name);
    if (now === undefined || then === undefined)
      throw new Error(`${name} (pid ${pid}) ended while it was measured`);
    used[name] = now - then;
  }
  return used;
}

export const cpuNow = (pids: ReadonlyMap<string, number>): Map<string, number> =>
  new Map([...pids].map(([name, pid]) => [name, cpuOfNamed(name, pid) ?? 0]));

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
