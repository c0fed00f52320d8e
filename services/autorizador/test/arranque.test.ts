import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { ensureSecrets } from '@medisupply/shared/security/secrets';
import { readDatabaseConfig } from '@medisupply/shared/db/database-environment';
import { databasesOf, onPostgres } from '@medisupply/shared/testing/test-database';
import { lockDatabase } from '@medisupply/shared/testing/lock-database';
import { autorizadorRoutes } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { openAutorizadorDatabase } from '../src/database.ts';
import { NO_REDIS, startAutorizador } from './support.ts';

let template: string;
let dataDir: string;
let databases: Record<string, string>;
let running: ChildProcess[];

const newFolder = () => mkdtempSync(join(tmpdir(), 'medisupply-arranque-'));

beforeAll(() => {
  template = newFolder();
  ensureSecrets(join(template, 'secrets'));
});

afterAll(() => rmSync(template, { recursive: true }));

beforeEach(async () => {
  dataDir = newFolder();
  databases = await databasesOf(dataDir);
  cpSync(template, dataDir, { recursive: true });
  running = [];
});

afterEach(async () => {
  for (const child of running) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }
  rmSync(dataDir, { recursive: true });
});

const environment = () => ({
  DATA_DIR: dataDir,
  SECRETS_DIR: join(dataDir, 'secrets', 'autorizador'),
  ADMIN_CONTRASENA_FILE: join(dataDir, 'secrets', 'admin_contrasena'),
  REDIS_URL: NO_REDIS,
  AUTORIZADOR_PORT: '0',
  ...databases,
});

function start(env: Record<string, string> = {}): ChildProcess {
  const main = join(import.meta.dirname, '../src/main.ts');
  const child = fork(main, {
    env: { PATH: process.env['PATH'], ...environment(), ...env },
    execArgv: [],
    silent: true,
  });
  running.push(child);
  return child;
}

/** The port that the process reports once it listens. */
async function ready(child: ChildProcess): Promise<number> {
  for (;;) {
    const [message] = await once(child, 'message');
    if (message.type === 'ready') return message.port;
  }
}

const administrators = async () => {
  const db = await openAutorizadorDatabase(readDatabaseConfig('AUTORIZADOR', environment()));
  const rows = await db.read.selectFrom('usuario').select(['nombre', 'roles', 'activo']).execute();
  await db.close();
  return rows;
};

test('when two processes start on an empty folder without Redis, then both serve, there is one administrator, and SIGTERM ends them', async () => {
  const children = [start(), start()];
  const ports = await Promise.all(children.map(ready));
  for (const port of ports) expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);
  expect(await administrators()).toEqual([{ nombre: 'admin', roles: '["Admin"]', activo: 1 }]);
  const exits = children.map((child) => once(child, 'exit'));
  for (const child of children) child.kill('SIGTERM');
  expect((await Promise.all(exits)).map(([code]) => code)).toEqual([0, 0]);
});

// PostgreSQL has no lock that keeps all others out.
test.skipIf(onPostgres)(
  'when another process keeps the database locked on the first start, then the administrator is created afterwards',
  async () => {
    await openAutorizadorDatabase(readDatabaseConfig('AUTORIZADOR', environment())).then((db) => db.close());
    const lock = await lockDatabase(join(dataDir, 'autorizador.db'));
    const child = start();
    const isReady = ready(child);
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    // A write gives up after 10 s.
    await expect.poll(() => said, { timeout: 15_000 }).toContain('otro proceso tiene ocupada');
    expect(await administrators()).toEqual([]);
    await lock.release();
    await isReady;
    expect(await administrators()).toHaveLength(1);
  },
  40_000,
);

test('when a secret is missing, then it does not start and says which and what to do', async () => {
  rmSync(join(dataDir, 'secrets/autorizador/password_pepper'));
  const child = start();
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const [code] = await once(child, 'exit');
  expect(code).toBe(1);
  expect(errors).toMatch(/PASSWORD_PEPPER_FILE.*password_pepper.*setup/);
});

test.each([
  ['token_keys.json', '{"keys":['],
  ['token_keys.json', JSON.stringify({ keys: [], relleno: 'x'.repeat(200) })],
  ['signature_keys.json', JSON.stringify({ keys: [], relleno: 'x'.repeat(200) })],
  ['service_keys.json', '{}'],
  ['password_pepper', 'changeme-changeme-changeme-changeme'],
  ['password_pepper', 'a1b2c3'],
])('when %s holds %j, then the configuration is refused and does not show it', (file, contents) => {
  const path = join(dataDir, 'secrets/autorizador', file);
  chmodSync(path, 0o600);
  writeFileSync(path, contents);
  let message = '';
  try {
    readConfig(environment());
  } catch (error) {
    message = String(error);
  }
  expect(message).toContain(file);
  expect(message).not.toContain(contents);
});

test('when the admin exists already, then a new password file changes nothing', async () => {
  const first = await startAutorizador({ dataDir });
  const path = join(dataDir, 'secrets/admin_contrasena');
  const original = first.secret('admin_contrasena');
  await first.close();
  chmodSync(path, 0o600);
  writeFileSync(path, 'otra-clave-distinta-1');
  const second = await startAutorizador({ dataDir });
  expect((await second.login('admin', original)).status).toBe(200);
  expect((await second.login('admin', 'otra-clave-distinta-1')).status).toBe(401);
  await second.close();
});

test('when the documentation is read, then it lists every route with its security', async () => {
  const autorizador = await startAutorizador({ dataDir });
  const { paths } = (await autorizador.call('GET', '/openapi.json')).body;
  const documented = Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations ?? {}).map((method) => `${method} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
  );
  const routes = autorizadorRoutes(autorizador.container).map(({ method, path }) => `${method} ${path}`);
  expect(documented.toSorted()).toEqual(routes.toSorted());
  expect(paths['/usuarios'].get.security).toEqual([{ bearer: ['Admin'] }]);
  expect(paths['/validate-signature'].post.security).toEqual([{ bearer: [] }, { serviceKey: ['firmas'] }]);
  await autorizador.close();
});
