import { readFile, rm, mkdtemp, truncate } from 'node:fs/promises';
import { globSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { REDIS_OPERATOR } from '@medisupply/shared/security/redis-users';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { QUEUE_PREFIX } from '@medisupply/shared/queueing/wire/queue-client';
import { until } from '@medisupply/shared/testing/until';
import { freePort } from '@medisupply/shared/lifecycle/free-port';
import { databasesOf, storedRows } from '@medisupply/shared/testing/test-database';
import type { Run } from '../launcher/launch.ts';
import { freePorts, nothingLeft, pidOf, runNpm } from '../launcher/launch.ts';
import { check, waiting } from '../../scripts/testing/checker.ts';
import type { Acknowledged, Courier } from '../../scripts/testing/courier.ts';
import { createCourier, deliverMany } from '../../scripts/testing/courier.ts';

const SLOW = 180_000;

let dataDir: string;
let platform: Run;
let courier: Courier;
let redis: Redis;
const acknowledged: Acknowledged[] = [];

beforeAll(async () => {
  dataDir = join(await mkdtemp(join(tmpdir(), 'medisupply-recovery-')), 'data');
  const env: Record<string, string> = { ...(await freePorts()), REDIS_PORT: String(await freePort()) };
  platform = runNpm(['start'], {
    ...env,
    DATA_DIR: dataDir,
    ...(await databasesOf(dataDir)),
    LOG_LEVEL: 'error',
    // Long enough for a worker to have its hands full when it is killed.
    NODE_ENV: 'test',
    FAULT_LATENCY_MS: '300',
  });
  await platform.printed('MediSupply está listo');
  courier = await createCourier(`http://127.0.0.1:${env['GATEWAY_PORT']}`, 'mensajera');
  redis = new Redis({
    port: Number(env['REDIS_PORT']),
    username: REDIS_OPERATOR,
    password: (await readFile(join(dataDir, 'secrets/redis/redis_password'), 'utf8')).trim(),
  });
  redis.on('error', () => undefined);
}, SLOW);

afterEach(async () => {
  await until(async () => (await waiting(dataDir)) === 0, 60_000);
});

afterAll(async () => {
  redis.disconnect();
  platform.child.kill('SIGTERM');
  await platform.exit;
  await nothingLeft(dataDir);
  await rm(join(dataDir, '..'), { recursive: true, force: true });
}, SLOW);

/** Confirms 200 deliveries; after so many of them `fault` strikes. @returns what `timeToRecover` does */
async function timeUnderLoad(
  label: string,
  strikeAfter: number,
  fault: () => Promise<unknown>,
): Promise<number> {
  let recovery: Promise<number> | undefined;
  const done = await deliverMany(courier, {
    count: 200,
    inFlight: 12,
    label,
    onAcknowledged: (total) => {
      if (total === strikeAfter) recovery = timeToRecover(label, fault);
    },
  });
  acknowledged.push(...done);
  return recovery!;
}

/** How long it takes after the fault until all that was accepted before it is applied (ms). */
async function timeToRecover(label: string, fault: () => Promise<unknown>): Promise<number> {
  const accepted = new Set(await pending());
  expect(accepted.size).toBeGreaterThan(0);
  await fault();
  const struck = performance.now();
  await until(async () => !(await pending()).some((id) => accepted.has(id)), 60_000);
  const ms = Math.round(performance.now() - struck);
  process.stdout.write(`${label}: ${accepted.size} confirmations applied ${ms} ms after the fault\n`);
  return ms;
}

/** Accepted confirmations that are not applied yet. */
async function pending(): Promise<string[]> {
  const rows = await storedRows<{ task_id: string }>(
    dataDir,
    'logistica',
    "select task_id from confirmacion where estado = 'ACEPTADA'",
  );
  return rows.map((row) => row.task_id);
}

test(
  'when the worker is killed, then what it had in its hands is applied within 15 s',
  { timeout: SLOW },
  async () => {
    const kill = () => Promise.resolve(process.kill(pidOf(dataDir, 'worker/src/main.ts'), 'SIGKILL'));
    expect(await timeUnderLoad('worker killed', 100, kill)).toBeLessThan(15_000);
  },
);

test('when Redis is emptied, then what it forgot is applied within 5 s', { timeout: SLOW }, async () => {
  expect(await timeUnderLoad('queue lost', 100, () => redis.flushall())).toBeLessThan(5_000);
});

test(
  'when Redis is killed and its file is cut, then what was lost is applied within 5 s of its return',
  { timeout: SLOW },
  async () => {
    const cut = async () => {
      const [file] = globSync(join(dataDir, 'redis/appendonlydir/*.incr.aof'));
      process.kill(pidOf(dataDir, 'redis-server'), 'SIGKILL');
      await truncate(file!, 2_000);
      await until(() => redis.ping().then(Boolean, () => false), 30_000);
    };
    // So that there is much to lose. The pause is lost with it.
    await redis.hset(`${QUEUE_PREFIX}:logistica:meta`, 'paused', 1);
    expect(await timeUnderLoad('file cut', 200, cut)).toBeLessThan(5_000);
  },
);

test('when all is over, then every acknowledged confirmation was applied once, with its own data', async () => {
  expect(await check(dataDir, acknowledged)).toMatchObject({
    lost: [],
    twice: [],
    wrong: [],
    integrity: 'ok',
  });
});
