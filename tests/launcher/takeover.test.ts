/** `npm start` after the launcher was killed, while what it had started is still at work. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Courier } from '../../scripts/testing/courier.ts';
import { createCourier } from '../../scripts/testing/courier.ts';
import type { Run } from './launch.ts';
import { freePorts, nothingLeft, pidOf, processesOf, runNpm } from './launch.ts';

const SLOW = 120_000;
/** From the next `npm start` on; where an ordinary start takes longer than this, that much later (ms). */
const LIMIT = 10_000;
const ORDINARY_START = 3_000;

let dataDir: string;
let env: Record<string, string>;
let platform: Run;
let base: string;
let courier: Courier;
let limit: number;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'medisupply-takeover-'));
  env = {
    ...(await freePorts()),
    DATA_DIR: dataDir,
    LOG_LEVEL: 'error',
    // A worker that is told to stop finishes its jobs first.
    ALLOW_FAULTS: '1',
    FAULT_LATENCY_MS: '15000',
  };
  base = `http://127.0.0.1:${env['GATEWAY_PORT']}`;
  const startedAt = performance.now();
  platform = runNpm(['start'], env);
  await platform.printed('MediSupply está listo');
  limit = LIMIT + Math.max(0, performance.now() - startedAt - ORDINARY_START);
  courier = await createCourier(base, 'mensajera');
}, SLOW);

afterAll(async () => {
  for (const { pid } of processesOf(dataDir)) process.kill(pid, 'SIGKILL');
  await platform.exit;
  await nothingLeft(dataDir);
  await rm(dataDir, { recursive: true, force: true });
}, SLOW);

const mains = () => processesOf(dataDir).filter(({ command }) => command.includes('src/main.ts'));

test.each([
  ['has jobs to finish', undefined],
  ['has a process that is frozen', 'services/logistica-inventario/src/main.ts'],
])(
  'when a launcher is killed and %s, then all answers again within 10 s',
  { timeout: SLOW },
  async (name, frozen) => {
    const [, prepared] = await Promise.all([courier.deliver(name), courier.prepare(`después: ${name}`)]);
    if (frozen !== undefined) process.kill(pidOf(dataDir, frozen), 'SIGSTOP');
    const before = new Set(mains().map(({ pid }) => pid));
    process.kill(pidOf(dataDir, 'scripts/start.ts'), 'SIGKILL');

    const startedAt = performance.now();
    platform = runNpm(['start'], env);
    await expect
      .poll(() => mains().filter(({ pid }) => before.has(pid)), { timeout: limit, interval: 100 })
      .toEqual([]);
    await courier.confirm(prepared);
    expect((await fetch(`${base}/health`)).status).toBe(200);
    expect(performance.now() - startedAt).toBeLessThan(limit);
    await platform.printed('MediSupply está listo');
  },
);
