/** A backlog that the worker finds when its queue is resumed, as an operator pauses and resumes it. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ROOT } from '../tests/launcher/launch.ts';
import { CEILINGS } from './ceilings.ts';
import { perOperation } from './database-work.ts';
import { measure } from './measure.ts';
import { cpuNow, cpuSince } from './processes.ts';
import type { Result } from './result.ts';
import type { Run } from './run.ts';
import { CONNECTIONS } from './run.ts';

/** Confirmed in rounds: what is sent is held in memory. */
const ROUND = 10_000;
/** A machine that is busy with other work empties so many in a second. */
const SLOW = 100;
const PATIENCE = 120_000;

export async function measureBacklog(run: Run, jobs: number): Promise<void> {
  const empty = await holdBack(run, jobs);
  run.report(await empty());
}

/** Lets so many confirmations wait in their queue, until what it returns is called. */
export async function holdBack({ subject, generator }: Run, jobs: number): Promise<() => Promise<Result>> {
  const { platform } = subject;
  const control = (order: 'pause' | 'resume') =>
    promisify(execFile)(process.execPath, ['scripts/control.ts', order, 'logistica'], {
      cwd: ROOT,
      env: { PATH: process.env['PATH'], DATA_DIR: platform.dataDir },
    });
  await control('pause');
  const failures: Result['failures'] = {};
  for (let left = jobs; left > 0; left -= ROUND) {
    const requests = await subject.confirmations(Math.min(ROUND, left));
    const load = { origin: subject.at('logistica-inventario'), requests, connections: CONNECTIONS };
    const cost = await measure(generator, load, platform.pids(), { expected: 202 });
    for (const [failure, count] of Object.entries(cost.failures))
      failures[failure] = (failures[failure] ?? 0) + count;
  }

  return async () => {
    const work = await subject.databaseWork();
    const pids = platform.pids();
    const before = cpuNow(pids);
    const started = performance.now();
    await control('resume');
    await subject.settled(PATIENCE + (jobs / SLOW) * 1_000);
    const seconds = (performance.now() - started) / 1_000;
    const cpuEach = Object.fromEntries(
      Object.entries(cpuSince(before, pids)).map(([name, ms]) => [name, ms / jobs]),
    );
    return {
      group: 'plataforma',
      name: `vaciar ${jobs} tareas atrasadas`,
      perSecond: jobs / seconds,
      cpu: Object.values(cpuEach).reduce((sum, ms) => sum + ms, 0),
      cpuEach,
      failures,
      database: perOperation(work, await subject.databaseWork(), jobs),
      ceiling: CEILINGS.drain,
    };
  };
}
