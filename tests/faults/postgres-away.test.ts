/** The platform as it runs, on a PostgreSQL server that is killed, stands still and throws its clients out. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { numbers } from '@medisupply/shared/db/postgres/pool';
import type { PostgresServer } from '@medisupply/shared/testing/postgres-server';
import { followPostgres, startPostgres } from '@medisupply/shared/testing/postgres-server';
import { until } from '@medisupply/shared/testing/until';
import type { Run } from '../launcher/launch.ts';
import { freePorts, nothingLeft, processesOf, runNpm } from '../launcher/launch.ts';
import type { Rows } from '../../scripts/testing/checker.ts';
import { check } from '../../scripts/testing/checker.ts';
import type { Acknowledged, Courier } from '../../scripts/testing/courier.ts';
import { createCourier, deliverMany } from '../../scripts/testing/courier.ts';

const SLOW = 240_000;
const DATABASE = 'plataforma';

let dataDir: string;
let server: PostgresServer;
let platform: Run;
let courier: Courier;
let base: string;
const acknowledged: Acknowledged[] = [];

const rows: Rows = async <R extends object>(text: string) => {
  const client = new Client({
    connectionString: server.urlOf(DATABASE),
    options: '-c search_path=logistica',
  });
  await client.connect();
  try {
    return (await client.query<R>({ text, types: numbers })).rows;
  } finally {
    await client.end();
  }
};

const waiting = async () =>
  (await rows<{ n: number }>("select count(*) as n from confirmacion where estado = 'ACEPTADA'"))[0]?.n;

beforeAll(async () => {
  dataDir = join(await mkdtemp(join(tmpdir(), 'medisupply-away-')), 'data');
  server = await startPostgres();
  await server.createDatabase(DATABASE);
  const env = await freePorts();
  base = `http://127.0.0.1:${env['GATEWAY_PORT']}`;
  const DATABASE_URL = server.urlOf(DATABASE);
  platform = runNpm(['start'], { ...env, DATA_DIR: dataDir, LOG_LEVEL: 'error', DATABASE_URL });
  await platform.printed('MediSupply está listo');
  courier = await createCourier(base, 'mensajera');
}, SLOW);

afterAll(async () => {
  platform.child.kill('SIGTERM');
  await platform.exit;
  await nothingLeft(dataDir).catch(() => undefined);
  for (const { pid } of processesOf(dataDir)) process.kill(pid, 'SIGKILL');
  await server.stop();
  await rm(join(dataDir, '..'), { recursive: true, force: true });
}, SLOW);

/** Confirms while `fault` strikes. @returns how many were acknowledged */
async function deliverThrough(label: string, count: number, fault: () => Promise<unknown>): Promise<number> {
  let struck: Promise<unknown> | undefined;
  const done = await deliverMany(courier, {
    count,
    inFlight: 8,
    label,
    onAcknowledged: (total) => {
      if (total >= 30) struck ??= fault();
    },
  });
  await struck;
  acknowledged.push(...done);
  return done.length;
}

const CUT = `select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'medisupply%'`;

test(
  'when all connections are cut again and again, then each confirmation is acknowledged',
  { timeout: SLOW },
  async () => {
    const cut = async () => {
      for (let round = 0; round < 8; round++) {
        await server.query(CUT);
        await delay(250);
      }
    };
    expect(await deliverThrough('cortada', 150, cut)).toBe(150);
  },
);

test(
  'when the server is killed and started again, then each confirmation is acknowledged',
  { timeout: SLOW },
  async () => {
    const die = async () => {
      for (let round = 0; round < 2; round++) {
        await server.kill();
        await delay(1_000);
        await server.start();
        await delay(1_000);
      }
    };
    expect(await deliverThrough('muerta', 150, die)).toBe(150);
  },
);

test(
  'when the server is away for 30 s, then a confirmation is a 503 with Retry-After, and goes through within 5 s of its return',
  { timeout: SLOW },
  async () => {
    const prepared = await courier.prepare('ausente');
    await server.kill();
    const answer = await fetch(`${base}/api/v1/logistica/entrega/${prepared.delivery.entrega_id}/confirmar`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${courier.token}` },
      body: JSON.stringify({ ...prepared.delivery, firma_payload: prepared.firma }),
    });
    expect(answer.status).toBe(503);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    await delay(30_000);
    await server.start();
    const back = performance.now();
    acknowledged.push(await courier.confirm(prepared));
    await until(async () => (await waiting()) === 0, 10_000);
    expect(performance.now() - back).toBeLessThan(5_000);
  },
);

test(
  'when a synchronous standby takes the place of a server that died under load, then all that was acknowledged is there',
  { timeout: SLOW },
  async () => {
    const died = server;
    const standby = await followPostgres(server);
    const takeOver = async () => {
      server = await standby.promote();
    };
    expect(await deliverThrough('ascendida', 150, takeOver)).toBe(150);
    expect(server).not.toBe(died);
    await died.stop();
  },
);

test(
  'when all is over, then nothing was lost or done twice, and no process of ours ended',
  { timeout: SLOW },
  async () => {
    await expect.poll(waiting, { timeout: 120_000, interval: 500 }).toBe(0);
    expect(await check(dataDir, acknowledged, rows)).toMatchObject({ lost: [], twice: [], wrong: [] });
    expect(platform.lines.filter((line) => line.includes('terminó'))).toEqual([]);
  },
);
