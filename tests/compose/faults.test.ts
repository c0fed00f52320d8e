/** The stack under faults: whatever was acknowledged in any part of this file is compared with the database at its end. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, expect, inject, test } from 'vitest';
import { until } from '@medisupply/shared/testing/until';
import { percentilesOf } from '@medisupply/shared/metrics/percentile';
import { atRate } from '../../scripts/experiments/experiment.ts';
import { check } from '../../scripts/testing/checker.ts';
import type { Acknowledged } from '../../scripts/testing/courier.ts';
import { createCourier, deliverMany, inTurn } from '../../scripts/testing/courier.ts';
import { docker, openStack, SERVICES } from './stack.ts';

const { buildSeconds, startSeconds, ...address } = inject('stack');
const stack = openStack(address);
const { adminContrasena } = inject('platforms')[0]!;
const whole = process.env['COMPOSE_TEST'] !== 'smoke';
/** Confirmations of each part, and of the rolling restart. */
const COUNT = whole ? 300 : 120;
const AT_RATE = { rate: 100, seconds: whole ? 60 : 20 };
const SLOW = 600_000;

const acknowledged: Acknowledged[] = [];
const table: string[][] = [['what was done', 'acknowledged', 'repeated by the client', 'seconds']];
const note = (...row: [string, string | number, string | number, number]) =>
  table.push(row.map((cell) => (typeof cell === 'number' ? String(Math.round(cell * 10) / 10) : cell)));

afterAll(() => {
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  const lines = table.map((row) => row.map((cell, n) => cell.padEnd(widths[n]!)).join('  '));
  process.stdout.write(
    `\nbuild ${buildSeconds.toFixed(0)} s, up to all healthy ${startSeconds.toFixed(0)} s\n\n${lines.join('\n')}\n\n`,
  );
});

/** Delivers while `disturb` runs; it begins when a tenth is acknowledged, and the deliveries outlast it. */
async function underLoad(what: string, disturb: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  const label = `${what.replaceAll(/[^a-z0-9-]+/gi, ' ')} ${acknowledged.length}`.slice(-50).trim();
  const courier = await createCourier(stack.base, label);
  let disturbance: Promise<unknown> | undefined;
  const state = { isOver: false };
  const before = acknowledged.length;
  for (let round = 0; !state.isOver; round += 1) {
    const done = await deliverMany(courier, {
      count: round === 0 ? COUNT : COUNT / 4,
      inFlight: 12,
      label: `${label}-${round}`,
      onAcknowledged(total) {
        if (total >= COUNT / 10) disturbance ??= disturb().finally(() => (state.isOver = true));
      },
    });
    acknowledged.push(...done);
  }
  await disturbance;
  await stack.healthy();
  note(what, acknowledged.length - before, courier.failures.length, (performance.now() - started) / 1_000);
  return acknowledged.length - before;
}

const one = async (service: string): Promise<string> => {
  const [container] = await stack.containers(service);
  if (container === undefined) throw new Error(`no container of ${service}`);
  return container;
};

test.each(['worker', 'redis', ...(whole ? ['m-logistica-inventario', 'm-autorizador', 'frontend'] : [])])(
  'when %s is killed with -9, then nothing is lost',
  { timeout: SLOW },
  async (service) => {
    const delivered = await underLoad(`kill -9 ${service}`, async () => {
      for (let n = 0; n < (whole ? 3 : 1); n += 1) {
        await stack.crash(await one(service));
        await stack.healthy([service]);
      }
    });
    expect(delivered).toBeGreaterThanOrEqual(COUNT);
  },
);

test.each(whole ? ['redis', 'worker', 'm-logistica-inventario', 'm-autorizador'] : ['redis'])(
  'when %s is frozen for ten seconds, then nothing is lost',
  { timeout: SLOW },
  async (service) => {
    const delivered = await underLoad(`pause ${service}`, async () => {
      const container = await one(service);
      await docker(['pause', container]);
      await delay(10_000);
      await docker(['unpause', container]);
    });
    expect(delivered).toBeGreaterThanOrEqual(COUNT);
  },
);

test.each(whole ? ['worker', 'm-logistica-inventario'] : ['worker'])(
  'when the program of %s is frozen for good, then its health check replaces it, and nothing is lost',
  { timeout: SLOW },
  async (service) => {
    const delivered = await underLoad(`freeze ${service}`, async () => stack.freeze(await one(service)));
    expect(delivered).toBeGreaterThanOrEqual(COUNT);
  },
);

test.each(
  whole
    ? [
        ['m-logistica-inventario', 'm-autorizador'],
        ['m-logistica-inventario', 'redis'],
        ['worker', 'm-logistica-inventario'],
        ['worker', 'redis'],
      ]
    : [['m-logistica-inventario', 'm-autorizador']],
)('when %s and %s cannot reach each other, then nothing is lost', { timeout: SLOW }, async (from, to) => {
  const delivered = await underLoad(`partition ${from} | ${to}`, async () => {
    const heal = await stack.partition(from, to);
    await delay(10_000);
    await heal();
  });
  expect(delivered).toBeGreaterThanOrEqual(COUNT);
});

test.runIf(whole)(
  'when attempts fail at random and workers cannot report it, then nothing is lost',
  { timeout: SLOW },
  async () => {
    const faulty = { FAULT_RATE: '0.05', ALLOW_FAULTS: '1' };
    await stack.compose(['up', '-d', '--no-deps', 'worker'], faulty);
    await stack.healthy(['worker']);
    const delivered = await underLoad(
      '5 % of attempts fail, partition worker | m-logistica-inventario',
      async () => {
        const heal = await stack.partition('worker', 'm-logistica-inventario');
        await delay(10_000);
        await heal();
      },
    );
    expect(delivered).toBeGreaterThanOrEqual(COUNT);
    await stack.compose(['up', '-d', '--no-deps', 'worker']);
    await stack.healthy(['worker']);
  },
);

test('when services are scaled up and down, then nothing is lost', { timeout: SLOW }, async () => {
  const scale = (worker: number, logistica: number) =>
    stack.compose(
      `up -d --no-recreate --scale worker=${worker} --scale m-logistica-inventario=${logistica}`.split(' '),
    );
  const delivered = await underLoad('scale worker=3 m-logistica-inventario=2, and back', async () => {
    await scale(3, 2);
    await stack.healthy();
    expect((await stack.containers('worker')).length).toBe(3);
    expect((await stack.containers('m-logistica-inventario')).length).toBe(2);
    await scale(1, 1);
  });
  expect(delivered).toBeGreaterThanOrEqual(COUNT);
});

test.each(whole ? SERVICES.filter((service) => service !== 'bull-board') : [])(
  'when %s is made anew, then it is found again and nothing is lost',
  { timeout: SLOW },
  async (service) => {
    const delivered = await underLoad(`recreate ${service}`, async () => {
      await stack.compose(['up', '-d', '--no-deps', '--force-recreate', service]);
      await stack.healthy([service]);
    });
    expect(delivered).toBeGreaterThanOrEqual(COUNT);
  },
);

test(
  `when all is restarted one by one at ${AT_RATE.rate} confirmations a second, then none fails`,
  { timeout: SLOW },
  async () => {
    await stack.compose([
      'up',
      '-d',
      '--no-recreate',
      '--scale',
      'm-logistica-inventario=2',
      '--scale',
      'worker=2',
    ]);
    await stack.healthy();
    const count = AT_RATE.rate * AT_RATE.seconds;
    const courier = await createCourier(stack.base, 'a ritmo fijo');
    const prepared = await inTurn(count, 16, (n) => courier.prepare(`ritmo-${n}`));
    courier.failures = [];

    const started = performance.now();
    const restarts = (async () => {
      for (const service of [
        'm-logistica-inventario',
        'worker',
        'm-autorizador',
        'm-monitor',
        'bull-board',
      ]) {
        for (const container of await stack.containers(service)) {
          await docker(['restart', '--time', '30', container]);
          await stack.healthy([service]);
        }
      }
      await docker(['exec', await one('frontend'), 'nginx', '-c', '/tmp/gateway/nginx.conf', '-s', 'reload']);
      return (performance.now() - started) / 1_000;
    })();
    const latencies: number[] = [];
    const done = await atRate(count, AT_RATE.rate, async (n) => {
      const asked = performance.now();
      const told = await courier.confirm(prepared[n]!);
      latencies.push(performance.now() - asked);
      return told;
    });
    const seconds = await restarts;
    acknowledged.push(...done);
    const latency = percentilesOf(latencies);
    note(
      `rolling restart, ${AT_RATE.rate}/s: p50 ${Math.round(latency(0.5) ?? 0)} ms, p99 ${Math.round(latency(0.99) ?? 0)} ms`,
      done.length,
      courier.failures.length,
      seconds,
    );
    if (courier.failures.length > 0) await showComplaints();
    expect(courier.failures).toEqual([]);
    await stack.compose([
      'up',
      '-d',
      '--no-recreate',
      '--scale',
      'm-logistica-inventario=1',
      '--scale',
      'worker=1',
    ]);
  },
);

test(
  'when all is quiet again, then every acknowledged confirmation was applied once, with its own data',
  { timeout: SLOW },
  async () => {
    await drained();
    const folder = mkdtempSync(join(tmpdir(), 'medisupply-compose-'));
    const archive = join(folder, 'copia.tar');
    try {
      await stack.composeTo(['run', '--rm', '-T', 'backup'], archive);
      expect(await extract(archive, join(folder, 'data'))).toEqual(everythingOnce());

      // The drill: all is forgotten, and comes back.
      await stack.compose(['down', '--volumes', '--timeout', '30']);
      await stack.compose(['up', '-d']);
      await stack.healthy();
      expect(await login()).toBe(401);
      await stack.compose(['stop', '--timeout', '30']);
      await stack.composeFrom(['run', '--rm', '-T', 'restore', '--reemplazar'], archive);
      await stack.compose(['up', '-d']);
      await stack.healthy();
      expect(await login()).toBe(200);
      // Stopped and started: the same.
      await stack.compose(['down', '--timeout', '30']);
      await stack.compose(['up', '-d']);
      await stack.healthy();
      const again = join(folder, 'otra.tar');
      await stack.composeTo(['run', '--rm', '-T', 'backup'], again);
      expect(await extract(again, join(folder, 'again'))).toEqual(everythingOnce());
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);

const everythingOnce = () => ({
  acknowledged: acknowledged.length,
  applied: acknowledged.length,
  lost: [],
  twice: [],
  wrong: [],
  integrity: 'ok',
});

async function extract(archive: string, folder: string) {
  mkdirSync(folder);
  const { status } = spawnSync('tar', ['--extract', `--file=${archive}`, '--directory', folder]);
  expect(status).toBe(0);
  return check(folder, acknowledged);
}

/** What Nginx complained of last, for whoever looks for the reason. */
async function showComplaints(): Promise<void> {
  const log = await stack.compose(['logs', '--no-color', 'frontend']);
  const complaints = log.split('\n').filter((line) => /\[(error|crit|alert)\]/.test(line));
  process.stdout.write(`${complaints.slice(-20).join('\n')}\n`);
}

const call = (
  path: string,
  init: { method?: string; body?: string; headers?: Record<string, string> } = {},
): Promise<Response> =>
  fetch(`${stack.base}/api/v1${path}`, {
    ...init,
    headers: { 'content-type': 'application/json', ...init.headers },
  });

const login = async () =>
  (
    await call('/autorizador/login', {
      method: 'POST',
      body: JSON.stringify({ nombre: 'admin', contrasena: adminContrasena }),
    })
  ).status;

/** Nothing accepted waits any more. */
async function drained(): Promise<void> {
  const answer = await call('/autorizador/login', {
    method: 'POST',
    body: JSON.stringify({ nombre: 'admin', contrasena: adminContrasena }),
  });
  const { token } = (await answer.json()) as { token: string };
  await until(async () => {
    const waiting = await call('/logistica/entregas?estado=PENDING_SYSTEM_CONFIRMATION&limite=1', {
      headers: { authorization: `Bearer ${token}` },
    });
    return ((await waiting.json()) as unknown[]).length === 0;
  }, 180_000);
}
