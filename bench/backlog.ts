/** A backlog that the worker finds when its queue is resumed, as an operator pauses and resumes it. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ROOT } from '../tests/launcher/launch.ts';
import { CEILINGS } from './ceilings.ts';
import { perOperation } from './database-work.ts';
import { measure } from './measure.ts';
import { cpuNow, cpuSince } from './processes.ts';
import type { Run } from './run.ts';
import { CONNECTIONS } from './run.ts';

export async function measureBacklog({ subject, generator, report }: Run, jobs: number): Promise<void> {
  const { platform } = subject;
  const control = (order: 'pause' | 'resume') =>
    promisify(execFile)(process.execPath, ['scripts/control.ts', order, 'logistica'], {
      cwd: ROOT,
      env: { PATH: process.env['PATH'], DATA_DIR: platform.dataDir },
    });
  const requests = await subject.confirmations(jobs);
  await control('pause');
  const load = { origin: subject.at('logistica-inventario'), requests, connections: CONNECTIONS };
  const { failures } = await measure(generator, load, platform.pids(), { expected: 202 });
  const work = await subject.databaseWork();
  const pids = platform.pids();
  const before = cpuNow(pids);
  const started = performance.now();
  await control('resume');
  await subject.settled();
  const seconds = (performance.now() - started) / 1_000;
  const cpuEach = Object.fromEntries(
    Object.entries(cpuSince(before, pids)).map(([name, ms]) => [name, ms / jobs]),
  );
  report({
    group: 'plataforma',
    name: `vaciar ${jobs} tareas atrasadas`,
    perSecond: jobs / seconds,
    cpu: Object.values(cpuEach).reduce((sum, ms) => sum + ms, 0),
    cpuEach,
    failures,
    database: perOperation(work, await subject.databaseWork(), jobs),
    ceiling: CEILINGS.drain,
  });
}
