/** A process that is frozen (SIGSTOP; on real machines, a hypervisor or a disk) while it holds the write lock. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Run } from '../launcher/launch.ts';
import { freePorts, nothingLeft, pidOf, processesOf, runNpm } from '../launcher/launch.ts';
import { check, waiting } from '../../scripts/testing/checker.ts';
import type { Acknowledged, Courier } from '../../scripts/testing/courier.ts';
import { createCourier, deliverMany } from '../../scripts/testing/courier.ts';

const SLOW = 180_000;

let dataDir: string;
let platform: Run;
let courier: Courier;
const acknowledged: Acknowledged[] = [];

beforeAll(async () => {
  dataDir = join(await mkdtemp(join(tmpdir(), 'medisupply-frozen-')), 'data');
  const env = await freePorts();
  platform = runNpm(['start'], { ...env, DATA_DIR: dataDir, LOG_LEVEL: 'error' });
  await platform.printed('MediSupply está listo');
  courier = await createCourier(`http://127.0.0.1:${env['GATEWAY_PORT']}`, 'mensajera');
}, SLOW);

afterAll(async () => {
  for (const { pid } of processesOf(dataDir)) process.kill(pid, 'SIGCONT');
  platform.child.kill('SIGTERM');
  await platform.exit;
  await nothingLeft(dataDir);
  await rm(join(dataDir, '..'), { recursive: true, force: true });
}, SLOW);

/** Whether somebody holds the write lock for longer than a commit takes. */
function isLocked(): boolean {
  const db = new Database(join(dataDir, 'logistica.db'), { timeout: 500 });
  try {
    db.exec('BEGIN IMMEDIATE; ROLLBACK');
    return false;
  } catch {
    return true;
  } finally {
    db.close();
  }
}

/** Stops the process at one moment after the other, until it is one inside a transaction. Returns when that was. */
async function freezeInTransaction(pid: number): Promise<number> {
  for (;;) {
    process.kill(pid, 'SIGSTOP');
    if (isLocked()) return performance.now();
    process.kill(pid, 'SIGCONT');
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
  }
}

test.each([
  ['worker', 'worker/src/main.ts'],
  ['logistica-inventario', 'services/logistica-inventario/src/main.ts'],
])(
  'when %s is frozen inside a transaction, then it is replaced, and confirming goes on within 20 s',
  { timeout: SLOW },
  async (name, command) => {
    const prepared = await courier.prepare(`${name}-después`);
    const pid = pidOf(dataDir, command);
    const load = deliverMany(courier, { count: 150, inFlight: 8, label: name });
    const frozenAt = await freezeInTransaction(pid);
    acknowledged.push(await courier.confirm(prepared));
    expect(performance.now() - frozenAt).toBeLessThan(20_000);
    expect(platform.lines.join('\n')).toMatch(
      new RegExp(`· ${name} está congelado desde hace \\d+ s; se termina`),
    );
    acknowledged.push(...(await load));
    expect(pidOf(dataDir, command)).not.toBe(pid);
  },
);

test(
  'when all is quiet again, then every acknowledged confirmation was applied once',
  { timeout: SLOW },
  async () => {
    await expect.poll(() => waiting(dataDir), { timeout: 120_000, interval: 500 }).toBe(0);
    expect(await check(dataDir, acknowledged)).toMatchObject({
      applied: 302,
      lost: [],
      twice: [],
      wrong: [],
    });
  },
);
