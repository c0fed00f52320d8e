/** `npm run inspect` and `npm run control` as a person types them, against `npm start`. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '@medisupply/shared/testing/until';
import type { Run } from './launch.ts';
import { freePorts, nothingLeft, processesOf, runNpm } from './launch.ts';

const SLOW = 120_000;

let dataDir: string;
let platform: Run;

beforeAll(async () => {
  dataDir = join(await mkdtemp(join(tmpdir(), 'medisupply-operator-')), 'data');
  platform = runNpm(['start'], { ...(await freePorts()), DATA_DIR: dataDir, LOG_LEVEL: 'error' });
  await platform.printed('MediSupply está listo');
}, SLOW);

afterAll(async () => {
  platform.child.kill('SIGTERM');
  await platform.exit;
  await nothingLeft(dataDir).catch(() => undefined);
  for (const { pid } of processesOf(dataDir)) process.kill(pid, 'SIGKILL');
  await rm(join(dataDir, '..'), { recursive: true, force: true });
}, SLOW);

async function npm(program: string, ...args: string[]): Promise<{ code: number | null; said: string }> {
  const run = runNpm(['run', '--silent', program, '--', ...args], { DATA_DIR: dataDir });
  const { code } = await run.exit;
  return { code, said: run.lines.join('\n') };
}

async function workers(): Promise<string[]> {
  const { code, said } = await npm('inspect', 'ping', '--json');
  return code === 0
    ? (JSON.parse(said) as { workers: { worker: string }[] }).workers.map(({ worker }) => worker)
    : [];
}

test('when a worker is told to stop, then the launcher starts it again', { timeout: SLOW }, async () => {
  const before = await workers();
  expect(before).toHaveLength(1);
  const { code, said } = await npm('control', 'shutdown');
  expect([code, said]).toEqual([0, expect.stringContaining(before[0]!) as string]);
  await until(async () => {
    const now = await workers();
    return now.length === 1 && now[0] !== before[0];
  }, 60_000);
});

test('when a queue is paused and resumed, then each says so', { timeout: SLOW }, async () => {
  expect(await npm('control', 'pause', 'logistica')).toEqual({
    code: 0,
    said: expect.stringMatching(/^logistica: en pausa/) as string,
  });
  expect(await npm('control', 'resume', 'logistica')).toEqual({
    code: 0,
    said: expect.stringMatching(/^logistica: en marcha/) as string,
  });
});

test('when the command is wrong, then npm ends with 2', { timeout: SLOW }, async () => {
  const { code, said } = await npm('control', 'pausa', 'logistica');
  expect([code, said.split('\n')[0]]).toEqual([
    2,
    'npm run control no conoce la orden pausa; use pause, resume, concurrency, shutdown, cancel',
  ]);
});

test('when the platform has stopped, then both say how to start it', { timeout: SLOW }, async () => {
  platform.child.kill('SIGTERM');
  await platform.exit;
  const answers = [await npm('inspect', 'ping'), await npm('control', 'pause', 'all')];
  for (const { code, said } of answers) {
    expect(code).toBe(1);
    expect(said).toContain(`No hay ninguna plataforma en marcha con DATA_DIR=${dataDir}`);
    expect(said).toContain('npm start');
  }
});
