/** What the platform costs while nobody asks anything of it, and how much memory it holds. */
import { setTimeout as delay } from 'node:timers/promises';
import { cpuNow, cpuSince, pssOf } from './processes.ts';
import type { Subject } from './subject.ts';

const MIB = 2 ** 20;

/** By process. */
export interface Standing {
  when: string;
  /** Share of a core (0 to 1); absent when it was not looked at for a time. */
  cores?: Record<string, number>;
  /** Memory, shared pages divided by those who share them (MiB). */
  pss: Record<string, number>;
}

export async function measureIdle(subject: Subject, when: string, seconds: number): Promise<Standing> {
  const pids = subject.platform.pids();
  const before = cpuNow(pids);
  await delay(seconds * 1_000);
  const used = cpuSince(before, pids);
  const cores = Object.fromEntries(Object.entries(used).map(([name, ms]) => [name, ms / 1_000 / seconds]));
  return { ...measureMemory(subject, when), cores };
}

export const measureMemory = (subject: Subject, when: string): Standing => ({
  when,
  pss: Object.fromEntries([...subject.platform.pids()].map(([name, pid]) => [name, (pssOf(pid) ?? 0) / MIB])),
});

export const totalOf = (values: Readonly<Record<string, number>>): number =>
  Object.values(values).reduce((sum, value) => sum + value, 0);
