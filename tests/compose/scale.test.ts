/** Several processes of each kind (docker-compose.scale.yml): one of each is killed while 100 confirmations a second come in. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, inject, test } from 'vitest';
import { until } from '@medisupply/shared/testing/until';
import { atRate } from '../../scripts/experiments/experiment.ts';
import { ROOT } from '../launcher/launch.ts';
import type { Rows } from '../../scripts/testing/checker.ts';
import { check } from '../../scripts/testing/checker.ts';
import type { Acknowledged } from '../../scripts/testing/courier.ts';
import { createCourier, inTurn } from '../../scripts/testing/courier.ts';
import { docker, openStack, SERVICES } from './stack.ts';

const { buildSeconds: _build, startSeconds, ...address } = inject('stack');
const stack = openStack(address);
const ALL = [
  ...SERVICES,
  'postgres',
  'redis-replica',
  'redis-sentinel-1',
  'redis-sentinel-2',
  'redis-sentinel-3',
];
const REPLICAS = { 'm-logistica-inventario': 3, 'm-autorizador': 2, 'm-monitor': 2, worker: 4 };
/** A machine that is busy with other things does fewer: what is asserted is the same. */
const RATE = Number(process.env['SCALE_RATE'] ?? 100);
const COUNT = RATE * 6;
const KILL_AFTER = RATE * 2;
const SLOW = 400_000;

const acknowledged: Acknowledged[] = [];
const table: string[][] = [
  ['killed', 'confirmations', 'repeated by the client', 'seconds without one', 'seconds until healthy'],
];
const inSeconds = (ms: number) => (ms / 1_000).toFixed(1);

afterAll(() => {
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  const lines = table.map((row) => row.map((cell, n) => cell.padEnd(widths[n]!)).join('  '));
  process.stdout.write(`\nup to all healthy ${startSeconds.toFixed(0)} s\n\n${lines.join('\n')}\n\n`);
});

test('the demo does the main job and two forgeries', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/demo.ts', '--base', stack.base], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  expect({ status, said: stdout + stderr }).toEqual({
    status: 0,
    said: expect.stringContaining(
      'Todo bien: una entrega confirmada y dos falsificaciones rechazadas',
    ) as string,
  });
});

test('there are so many of each, and Nginx uses all of them', { timeout: SLOW }, async () => {
  await stack.healthy(ALL);
  for (const [service, count] of Object.entries(REPLICAS))
    expect([service, (await stack.containers(service)).length]).toEqual([service, count]);
  const [frontend = ''] = await stack.containers('frontend');
  const since = String(Math.floor(Date.now() / 1_000));
  await inTurn(60, 4, () => fetch(`${stack.base}/api/v1/logistica/readyz`).then((answer) => answer.text()));
  const log = await docker(['logs', '--since', since, frontend]);
  const used = log.matchAll(/ \/api\/v1\/logistica\/readyz 200 .* upstream=(\S+)/g);
  expect(new Set([...used].map(([, upstream]) => upstream)).size).toBe(3);
});

/** Confirms at a fixed rate, kills in the middle, and waits until all is healthy. */
async function underLoad(label: string, kill: () => Promise<unknown>) {
  const courier = await createCourier(stack.base, `escala ${label}`.replaceAll(/[^a-z0-9 ]+/g, ' '));
  const prepared = await inTurn(COUNT, 16, (n) => courier.prepare(`${label}-${n}`));
  courier.failures = [];
  const moments: number[] = [];
  let killed: Promise<number> | undefined;
  const done = await atRate(COUNT, RATE, async (n) => {
    if (n === KILL_AFTER) {
      const at = performance.now();
      killed = kill()
        .then(() => stack.healthy(ALL))
        .then(() => performance.now() - at);
    }
    const told = await courier.confirm(prepared[n]!);
    moments.push(performance.now());
    return told;
  });
  const healthyAfter = await killed!;
  acknowledged.push(...done);
  const gap = Math.max(...moments.slice(1).map((moment, n) => moment - moments[n]!));
  table.push([
    label,
    String(done.length),
    String(courier.failures.length),
    inSeconds(gap),
    inSeconds(healthyAfter),
  ]);
  return counted(courier.failures);
}

/** How often which failure, whatever the delivery. */
function counted(failures: readonly string[]): Record<string, number> {
  const kinds: Record<string, number> = {};
  for (const failure of failures) {
    const kind = failure.replace(/^.*?: /, '').replaceAll(/"(?:instance|request_id)\\?":\\?"[^"]*"/g, '');
    kinds[kind] = (kinds[kind] ?? 0) + 1;
  }
  return kinds;
}

const crashOne = (service: string) => async () => {
  const [container = ''] = await stack.containers(service);
  await stack.crash(container);
};

test.each([
  ...Object.keys(REPLICAS),
  'bull-board',
  'redis',
  'redis-replica',
  'redis-sentinel-1',
  'redis-sentinel-2',
  'redis-sentinel-3',
])('when a %s is killed, then no confirmation fails', { timeout: SLOW }, async (service) => {
  expect(await underLoad(service, crashOne(service))).toEqual({});
});

test(
  'when the master of Redis is killed and stays away, then the other takes over, and no confirmation fails',
  { timeout: SLOW },
  async () => {
    const master = await masterOfRedis();
    const [container = ''] = await stack.containers(master);
    const failures = await underLoad(`${master} for good`, async () => {
      await docker(['kill', container]);
      await until(async () => (await masterOfRedis()) !== master, 60_000);
      await docker(['start', container]);
    });
    expect(failures).toEqual({});
  },
);

test.each(['postgres', 'frontend'])(
  'when %s is killed, then confirmations are refused until it is back',
  { timeout: SLOW },
  async (service) => {
    const failures = await underLoad(service, crashOne(service));
    expect(Object.keys(failures).filter((kind) => !/^(?:0|503) /.test(kind))).toEqual([]);
  },
);

test(
  'when all is quiet again, then every acknowledged confirmation was applied once, with its own data',
  { timeout: SLOW },
  async () => {
    const waiting = async () =>
      (await rows<{ n: number }>("select count(*) as n from confirmacion where estado = 'ACEPTADA'"))[0]?.n;
    await until(async () => (await waiting()) === 0, 180_000);
    const folder = mkdtempSync(join(tmpdir(), 'medisupply-scale-'));
    try {
      mkdirSync(join(folder, 'secrets/worker'), { recursive: true });
      const keys = await stack.exec('worker', ['cat', '/run/medisupply/field_keys.json']);
      writeFileSync(join(folder, 'secrets/worker/field_keys.json'), keys);
      expect(await check(folder, acknowledged, rows)).toMatchObject({
        applied: acknowledged.length,
        lost: [],
        twice: [],
        wrong: [],
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);

const rows: Rows = async <R extends object>(sql: string) => {
  const query = `set search_path to logistica; select coalesce(json_agg(found), '[]') from (${sql}) as found`;
  const said = await stack.exec('postgres', [
    'psql',
    '-qAt',
    '-d',
    'medisupply',
    '-U',
    'postgres',
    '-c',
    query,
  ]);
  return JSON.parse(said) as R[];
};

/** By the word of the first sentinel. */
async function masterOfRedis(): Promise<string> {
  const ask = ['redis-cli', '-p', '26379', 'sentinel', 'get-master-addr-by-name', 'medisupply'];
  const said = await stack.exec('redis-sentinel-1', ask);
  return said.startsWith(`${process.env['SCALE_NET'] ?? '10.213.47'}.201`) ? 'redis' : 'redis-replica';
}
