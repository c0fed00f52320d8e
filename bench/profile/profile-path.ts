/** `npm run bench -- --profile PATH`: one path under a CPU profile of each process that works for it. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import type { Profiler } from 'node:inspector';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '@medisupply/shared/testing/until';
import { measureBacklog } from '../backlog.ts';
import { createCeilings } from '../ceilings.ts';
import { startChild } from '../child.ts';
import { confirm } from '../confirming.ts';
import { measurePath, PATHS } from '../paths.ts';
import type { Run } from '../run.ts';
import { startSubject } from '../subject.ts';
import { toTable } from '../report/table.ts';
import type { Shares } from './shares.ts';
import { sharesOf } from './shares.ts';

/** Confirmations a second; without a number 32 connections at once. */
const CONFIRMING: Readonly<Record<string, number | undefined>> = {
  confirmar: undefined,
  'confirmar-100': 100,
};
export const PROFILED = [...Object.keys(CONFIRMING), 'vaciar', ...Object.keys(PATHS)];

const CONFIRMED_PER_SECOND = 1_000;
const PACKAGES = 12;
const FUNCTIONS = 20;
/** A process that did less than this share of the work is left out. */
const LEAST = 0.02;
const PATIENCE = 30_000;

/** @returns what to print */
export async function profilePath(name: string, seconds: number): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'medisupply-bench-profile-'));
  const generator = await startChild('load/generator.ts');
  const subject = await startSubject({
    PROFILE_DIR: dir,
    NODE_OPTIONS: `--import=${new URL('preload.ts', import.meta.url).href}`,
  });
  try {
    const report = () => undefined;
    const run = {
      subject,
      generator,
      report,
      seconds,
      ceilings: createCeilings(subject, generator, { seconds, report }),
    };
    await work(run, name, seconds / 5);
    const pids = new Map(
      [...subject.platform.pids()].filter(([process]) => process !== 'redis' && process !== 'launcher'),
    );
    const signal = async (kind: string) => {
      for (const pid of pids.values()) process.kill(pid, 'SIGUSR2');
      await until(() => [...pids.values()].every((pid) => existsSync(join(dir, `${pid}.${kind}`))), PATIENCE);
    };
    await signal('begun');
    const operations = await work(run, name, seconds);
    await signal('cpuprofile');
    return describe(
      [...pids].map(([process, pid]) => [
        process,
        JSON.parse(readFileSync(join(dir, `${pid}.cpuprofile`), 'utf8')) as Profiler.Profile,
      ]),
      operations,
    );
  } finally {
    await subject.close();
    await generator.close();
    await rm(dir, { recursive: true, force: true });
  }
}

/** @returns how many operations were done */
async function work(run: Run, name: string, seconds: number): Promise<number> {
  const path = PATHS[name];
  if (path) {
    const { perSecond } = await measurePath({ ...run, seconds }, path);
    return perSecond * seconds;
  }
  if (name === 'vaciar') {
    const jobs = Math.round(CONFIRMED_PER_SECOND * seconds);
    await measureBacklog(run, jobs);
    return jobs;
  }
  const rate = CONFIRMING[name];
  const count = Math.round((rate ?? CONFIRMED_PER_SECOND) * seconds);
  await confirm(run, name, count, rate);
  return count;
}

function describe(profiles: readonly (readonly [string, Profiler.Profile])[], operations: number): string {
  const all = profiles.map(([process, profile]) => ({ process, ...sharesOf(profile) }));
  const total = all.reduce((sum, { busy }) => sum + busy, 0);
  return all
    .filter(({ busy }) => busy >= LEAST * total)
    .toSorted((a, b) => b.busy - a.busy)
    .map(({ process, busy, packages, functions }) => {
      const lines = (heading: string, shares: Shares, most: number) =>
        toTable([
          ['', '%', heading],
          ...shares.slice(0, most).map(([name, ms]) => ['', ((ms / busy) * 100).toFixed(1), name]),
        ]);
      return [
        `${process}: ${(busy / operations).toFixed(3)} ms por operación, con el perfil`,
        lines('paquete', packages, PACKAGES),
        lines('función propia, con lo que llama', functions, FUNCTIONS),
      ].join('\n');
    })
    .join('\n\n');
}
