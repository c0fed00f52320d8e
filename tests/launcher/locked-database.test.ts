/** Starting while another process, a backup or a person with a shell, keeps the databases from being written. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lockDatabase } from '@medisupply/shared/testing/lock-database';
import type { Run } from './launch.ts';
import { freePorts, nothingLeft, pidOf, processesOf, runNpm } from './launch.ts';

const SLOW = 120_000;
const READY = 'MediSupply está listo';

let dataDir: string;
let env: Record<string, string>;
let platform: Run | undefined;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'medisupply-locked-'));
  env = { ...(await freePorts()), DATA_DIR: dataDir, LOG_LEVEL: 'error' };
});

afterAll(async () => {
  for (const { pid } of processesOf(dataDir)) process.kill(pid, 'SIGKILL');
  await rm(dataDir, { recursive: true, force: true });
});

const databases = () =>
  ['autorizador', 'logistica', 'monitor'].map((name) => join(dataDir, `${name}.db`)) as [string];

async function stop(): Promise<void> {
  platform?.child.kill('SIGTERM');
  await platform?.exit;
  await nothingLeft(dataDir);
}

async function ask(path: string, init: RequestInit = {}): Promise<unknown> {
  const answer = await fetch(`http://127.0.0.1:${env['GATEWAY_PORT']}/api/v1${path}`, init);
  expect(answer.ok).toBe(true);
  return answer.json();
}

async function newToken(): Promise<string> {
  const { token } = (await ask('/autorizador/signup', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ nombre: 'lectora', contrasena: 'la contraseña de la lectora' }),
  })) as { token: string };
  return token;
}

test(
  'when the launcher is killed while its processes wait, then none of them goes on waiting',
  { timeout: SLOW },
  async () => {
    const lock = await lockDatabase(...databases());
    platform = runNpm(['start'], env);
    await platform.printed(`otro proceso tiene ocupada ${databases()[0]}; se espera`);
    process.kill(pidOf(dataDir, 'scripts/start.ts'), 'SIGKILL');
    const left = () => processesOf(dataDir).filter(({ command }) => command.includes('src/main.ts'));
    await expect.poll(left).toEqual([]);
    await lock.release();
    await nothingLeft(dataDir);
  },
);

test(
  'when the very first start finds them locked, then it says so, waits, and gets ready',
  { timeout: SLOW },
  async () => {
    const lock = await lockDatabase(...databases());
    platform = runNpm(['start'], env);
    for (const file of databases()) await platform.printed(`otro proceso tiene ocupada ${file}; se espera`);
    expect(platform.lines.join('\n')).not.toContain(READY);
    await lock.release();
    await platform.printed(READY);
  },
);

test(
  'when a later start finds them locked, then it starts and serves what only reads',
  { timeout: SLOW },
  async () => {
    const token = await newToken();
    await stop();
    const lock = await lockDatabase(...databases());
    platform = runNpm(['start'], env);
    await platform.printed(READY);
    expect(await ask('/logistica/entregas', { headers: { authorization: `Bearer ${token}` } })).toEqual([]);
    await lock.release();
    await stop();
  },
);
