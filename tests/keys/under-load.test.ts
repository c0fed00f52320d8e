/** Every kind of key is revoked on a running platform while somebody works on it. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '@medisupply/shared/testing/until';
import { check, waiting } from '../../scripts/testing/checker.ts';
import type { Acknowledged } from '../../scripts/testing/courier.ts';
import type { Run } from '../launcher/launch.ts';
import { freePorts, nothingLeft, ROOT, runNpm } from '../launcher/launch.ts';

const SLOW = 240_000;
/** Deliveries begun in a second. */
const RATE = 30;
const MAX_IN_FLIGHT = 60;
/** Acknowledged between two commands, and after the last. */
const BETWEEN = 60;

const COMMANDS = [
  ['revoke', 'firmas'],
  ['revoke', 'tokens'],
  ['revoke', 'campos'],
  ['revoke', 'cola'],
  ['revoke', 'servicio', 'logistica'],
  ['revoke', 'servicio', 'worker'],
  ['recifrar'],
  ['revoke', 'tokens'],
];

let dataDir: string;
let platform: Run;
let base: string;

beforeAll(async () => {
  dataDir = join(await mkdtemp(join(tmpdir(), 'medisupply-claves-')), 'data');
  const env = await freePorts();
  base = `http://127.0.0.1:${env['GATEWAY_PORT']}/api/v1`;
  // Some attempts fail, so that the worker asks logistica for the next one under its service key.
  platform = runNpm(['start'], { ...env, DATA_DIR: dataDir, LOG_LEVEL: 'warn', FAULT_RATE: '0.05' });
  await platform.printed('MediSupply está listo');
}, SLOW);

afterAll(async () => {
  platform.child.kill('SIGTERM');
  await platform.exit;
  await nothingLeft(dataDir);
  await rm(join(dataDir, '..'), { recursive: true, force: true });
}, SLOW);

interface Answer {
  status: number;
  body: Record<string, unknown>;
}

async function post(path: string, body: unknown, token?: string): Promise<Answer> {
  const response = await fetch(base + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(20_000),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** A client as the contract wants it: after a 401 it refreshes its token, once for all that waits, and goes on. */
async function createClient(nombre: string) {
  const usuario = { nombre, contrasena: `clave de ${nombre}` };
  await post('/autorizador/signup', usuario);
  let session = (await post('/autorizador/login', usuario)).body;
  let refreshing: Promise<void> | undefined;
  const failures: string[] = [];
  let refreshes = 0;

  async function refresh(): Promise<void> {
    const { refresh_token } = session;
    const answer = await post('/autorizador/token/refresh', { refresh_token });
    if (answer.status !== 200) failures.push(`refresh: ${answer.status} ${JSON.stringify(answer.body)}`);
    session = answer.body;
    refreshes += 1;
  }

  async function authorized(path: string, body: unknown): Promise<Record<string, unknown>> {
    const { token } = session;
    let answer = await post(path, body, String(token));
    if (answer.status === 401) {
      if (session['token'] === token)
        await (refreshing ??= refresh().finally(() => (refreshing = undefined)));
      answer = await post(path, body, String(session['token']));
    }
    if (answer.status < 300) return answer.body;
    failures.push(`${path}: ${answer.status} ${JSON.stringify(answer.body['detail'])}`);
    throw new Error(failures.at(-1));
  }

  return {
    failures,
    refreshes: () => refreshes,
    async deliver(label: string): Promise<Acknowledged> {
      const fields = {
        direccion: `Calle ${label}`,
        nombre_recibe: `Recibe ${label}`,
        firma_recibe: `<svg>${label}</svg>`,
        pedido_id: `PED-${label}`,
      };
      const { id } = await authorized('/logistica/entregas', {
        direccion: fields.direccion,
        estado: 'EN_CAMINO',
        pedido_id: fields.pedido_id,
      });
      const entrega_id = Number(id);
      const { firma } = await authorized('/autorizador/sign-data', { payload: { ...fields, entrega_id } });
      const { task_id } = await authorized(`/logistica/entrega/${entrega_id}/confirmar`, {
        ...fields,
        firma_payload: firma,
      });
      return { ...fields, entrega_id, task_id: String(task_id) };
    },
  };
}

const ringOf = (reader: string) =>
  JSON.parse(readFileSync(join(dataDir, 'secrets', reader, 'field_keys.json'), 'utf8')) as {
    actual: string;
    keys: Record<string, string>;
  };

test(
  'when every key is revoked in turn under load, then nothing fails but the 401 of revoked tokens, and each confirmation is applied once',
  { timeout: SLOW },
  async () => {
    const client = await createClient('mensajera');
    const acknowledged: Acknowledged[] = [];
    const inFlight = new Set<Promise<void>>();
    let begun = 0;
    const deliver = async (label: string) => {
      try {
        acknowledged.push(await client.deliver(label));
      } catch (error) {
        client.failures.push(String(error));
      }
    };
    const load = setInterval(() => {
      if (inFlight.size >= MAX_IN_FLIGHT) return;
      const delivery = deliver(`${begun++}`).finally(() => inFlight.delete(delivery));
      inFlight.add(delivery);
    }, 1_000 / RATE);
    const goOn = async () => {
      const wanted = acknowledged.length + BETWEEN;
      await until(() => acknowledged.length >= wanted, 60_000);
    };

    const firstRing = ringOf('worker').actual;
    try {
      for (const words of COMMANDS) {
        await goOn();
        await promisify(execFile)(process.execPath, ['scripts/keys.ts', ...words], {
          cwd: ROOT,
          env: { ...process.env, DATA_DIR: dataDir },
        });
      }
      await goOn();
    } finally {
      clearInterval(load);
    }
    await Promise.all(inFlight);

    expect(client.failures).toEqual([]);
    expect(client.refreshes()).toBe(2);
    await expect.poll(() => waiting(dataDir), { timeout: 120_000, interval: 500 }).toBe(0);
    expect(await check(dataDir, acknowledged)).toEqual({
      acknowledged: acknowledged.length,
      applied: acknowledged.length,
      lost: [],
      twice: [],
      wrong: [],
      integrity: 'ok',
    });
    for (const reader of ['worker', 'logistica-inventario'])
      expect(Object.keys(ringOf(reader).keys)).not.toContain(firstRing);
    expect(platform.lines.filter((line) => line.includes('cuarentena'))).toEqual([]);
  },
);
