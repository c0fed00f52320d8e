import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { databasesOf, onPostgres } from '@medisupply/shared/testing/test-database';
import type { Run } from '../launcher/launch.ts';
import { freePorts, nothingLeft, pidOf, processesOf, runNpm } from '../launcher/launch.ts';
import { check, waiting } from '../../scripts/testing/checker.ts';
import type { Acknowledged, Courier } from '../../scripts/testing/courier.ts';
import { createCourier, deliverMany } from '../../scripts/testing/courier.ts';

const COUNT = 300;
const SLOW = 180_000;

let dataDir: string;
let platform: Run;
let courier: Courier;
let base: string;
const acknowledged: Acknowledged[] = [];

beforeAll(async () => {
  dataDir = join(await mkdtemp(join(tmpdir(), 'medisupply-kill-')), 'data');
  const env = await freePorts();
  base = `http://127.0.0.1:${env['GATEWAY_PORT']}`;
  platform = runNpm(['start'], {
    ...env,
    DATA_DIR: dataDir,
    LOG_LEVEL: 'error',
    ...(await databasesOf(dataDir)),
  });
  await platform.printed('MediSupply está listo');
  courier = await createCourier(base, 'mensajera');
}, SLOW);

afterAll(async () => {
  platform.child.kill('SIGTERM');
  await platform.exit;
  await nothingLeft(dataDir);
  await rm(join(dataDir, '..'), { recursive: true, force: true });
}, SLOW);

const victims: [string, string][] = [
  ['worker', 'worker/src/main.ts'],
  ['logistica', 'services/logistica-inventario/src/main.ts'],
  ['autorizador', 'services/autorizador/src/main.ts'],
  ['Redis', 'redis-server'],
];

test.each(victims)(
  `when %s is killed three times during ${COUNT} confirmations, then each one is acknowledged in the end`,
  { timeout: SLOW },
  async (label, command) => {
    const kills = new Set([40, 120, 200]);
    const done = await deliverMany(courier, {
      count: COUNT,
      inFlight: 12,
      label,
      onAcknowledged: (total) => {
        if (!kills.delete(total)) return;
        const victim = processesOf(dataDir).find((process) => process.command.includes(command));
        // It may still be starting after the last kill: then the next acknowledgement kills it.
        if (victim) process.kill(victim.pid, 'SIGKILL');
        else kills.add(total + 1);
      },
    });
    acknowledged.push(...done);
    expect(done).toHaveLength(COUNT);
    expect(kills.size).toBe(0);
    expect(pidOf(dataDir, 'frontend/front-door')).toBeGreaterThan(0);
  },
);

test(
  'when all is quiet again, then every acknowledged confirmation was applied once, with its own data',
  { timeout: SLOW },
  async () => {
    await expect.poll(() => waiting(dataDir), { timeout: 120_000, interval: 500 }).toBe(0);
    expect(await check(dataDir, acknowledged)).toEqual({
      acknowledged: victims.length * COUNT,
      applied: victims.length * COUNT,
      lost: [],
      twice: [],
      wrong: [],
      integrity: 'ok',
    });
  },
);

// Copies the file.
test.skipIf(onPostgres)(
  'when confirmations are lost, doubled or mixed up, then the check says so',
  async () => {
    const copy = join(dataDir, '..', 'copia');
    await cp(dataDir, copy, { recursive: true, filter: (source) => !source.endsWith('.sock') });
    const db = new Database(join(copy, 'logistica.db'));
    const [lost, twice, wrong] = acknowledged;
    db.prepare("update entrega set estado = 'EN_CAMINO' where id = ?").run(lost!.entrega_id);
    db.prepare(
      "insert into entrega_historial (entrega_id, estado, momento, actor) values (?, 'ENTREGADA', 0, 'otra vez')",
    ).run(twice!.entrega_id);
    db.prepare("update entrega set pedido_id = 'de otra' where id = ?").run(wrong!.entrega_id);
    db.close();
    expect(await check(copy, acknowledged)).toMatchObject({
      applied: acknowledged.length - 1,
      lost: [{ entrega_id: lost!.entrega_id, estado: 'EN_CAMINO' }],
      twice: [twice!.entrega_id],
      wrong: [wrong!.entrega_id],
    });
  },
);
