import { chmod, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Run } from './launch.ts';
import { freePorts, nothingLeft, pidOf, processesOf, runNpm } from './launch.ts';

const SLOW = 120_000;
const READY = 'MediSupply está listo';

let dataDir: string;
let env: Record<string, string>;
let platform: Run | undefined;

beforeAll(async () => {
  dataDir = join(await mkdtemp(join(tmpdir(), 'medisupply-launcher-')), 'data');
  env = { ...(await freePorts()), DATA_DIR: dataDir, LOG_LEVEL: 'warn' };
});

afterAll(async () => {
  for (const { pid } of processesOf(dataDir)) process.kill(pid, 'SIGKILL');
  await rm(join(dataDir, '..'), { recursive: true, force: true });
});

async function start(): Promise<Run> {
  platform = runNpm(['start'], env);
  await platform.printed(READY);
  await platform.printed('Detener');
  return platform;
}

const gateway = (path: string) => `http://127.0.0.1:${env['GATEWAY_PORT']}/api/v1${path}`;

/** What somebody else on this machine could read or change. */
async function openToOthers(): Promise<string[]> {
  const files = ['.', ...(await readdir(dataDir, { recursive: true }))];
  const isOpen = await Promise.all(
    files.map(async (file) => ((await stat(join(dataDir, file))).mode & 0o077) !== 0),
  );
  return files.filter((_, index) => isOpen[index]);
}

async function demo(): Promise<string[]> {
  const run = runNpm(
    ['run', '--silent', 'demo', '--', '--base', `http://127.0.0.1:${env['GATEWAY_PORT']}`],
    {},
  );
  const { code } = await run.exit;
  expect({ code, output: run.lines.join('\n') }).toEqual({
    code: 0,
    output: expect.stringContaining('Todo bien'),
  });
  return run.lines;
}

async function login(nombre: string, contrasena: string): Promise<Response> {
  return fetch(gateway('/autorizador/login'), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ nombre, contrasena }),
  });
}

const readyAgain = () => platform?.lines.filter((line) => line.includes('listo de nuevo')).length ?? 0;

const adminPassword = async () =>
  (await readFile(join(dataDir, 'secrets', 'admin_contrasena'), 'utf8')).trim();

describe('npm start, on a data folder that does not exist yet', () => {
  test(
    'when everything is ready, then one block tells every address, where the password is and how to stop',
    async () => {
      const { lines } = await start();
      const block = lines.slice(lines.findIndex((line) => line.includes(READY))).join('\n');
      // People have no business with the worker.
      const ports = Object.keys(env).filter((key) => key.endsWith('_PORT') && key !== 'WORKER_PORT');
      for (const port of ports) {
        expect(block).toContain(`http://localhost:${env[port]}`);
      }
      // Nobody sits at a terminal here: what keeps this output must not keep the password.
      expect(block).toContain(`Contraseña   la de ${join(dataDir, 'secrets', 'admin_contrasena')}`);
      expect(lines.join('\n')).not.toContain(await adminPassword());
      expect(block).toContain('Ctrl-C');
      expect((await stat(join(dataDir, 'secrets', 'admin_contrasena'))).mode & 0o777).toBe(0o400);
    },
    SLOW,
  );

  test('when the administrator logs in with that password, then it works', async () => {
    expect((await login('admin', await adminPassword())).status).toBe(200);
  });

  test(
    'when the demo runs, then a delivery is applied and both forgeries are refused',
    { timeout: SLOW },
    async () => {
      const lines = await demo();
      expect(lines.filter((line) => line.startsWith('✓')).length).toBe(10);
      expect(lines.at(-1)).toContain('Todo bien');
    },
  );

  test('when it works, then nobody else can read what it writes', async () => {
    expect(await readdir(dataDir)).toEqual(
      expect.arrayContaining(['logistica.db', 'logistica.db-wal', 'redis']),
    );
    expect(await openToOthers()).toEqual([]);
  });

  test('when processes are listed, then no secret stands on a command line', async () => {
    const password = (await readFile(join(dataDir, 'secrets', 'redis', 'redis_password'), 'utf8')).trim();
    const commands = processesOf(dataDir).map((process) => process.command);
    expect(commands.length).toBeGreaterThan(8);
    expect(commands.filter((command) => command.includes(password))).toEqual([]);
    expect((await stat(join(dataDir, 'redis', 'redis.conf'))).mode & 0o777).toBe(0o600);
  });

  test('when a second launcher gets the same data folder, then it is refused by name and pid', async () => {
    const second = runNpm(['start', '--silent'], { ...env, ...(await freePorts()) });
    expect((await second.exit).code).toBe(1);
    await expect
      .poll(() => second.lines.join('\n'))
      .toContain(`Ya hay un lanzador en marcha con DATA_DIR=${dataDir} (pid `);
  });

  test.each(['worker/src/main.ts', 'services/logistica-inventario/src/main.ts', 'redis-server'])(
    'when %s is killed, then it comes back and the demo is green',
    { timeout: SLOW },
    async (name) => {
      const before = pidOf(dataDir, name);
      const known = readyAgain();
      process.kill(before, 'SIGKILL');
      await expect.poll(readyAgain, { timeout: 30_000 }).toBe(known + 1);
      expect(pidOf(dataDir, name)).not.toBe(before);
      await demo();
    },
  );

  test(
    'when npm gets SIGTERM, then everything ends in order and nothing is left',
    { timeout: SLOW },
    async () => {
      const run = platform;
      const startedAt = performance.now();
      run?.child.kill('SIGTERM');
      await run?.exit;
      await nothingLeft(dataDir);
      expect(performance.now() - startedAt).toBeLessThan(25_000);
      expect(run?.lines.some((line) => line.startsWith('· detenido en'))).toBe(true);
    },
  );
});

describe('npm start, again on the same data folder', () => {
  test(
    'when it starts, then the data is there and the password is not shown again',
    { timeout: SLOW },
    async () => {
      // As versions before left them.
      for (const [file, mode] of [
        ['logistica.db', 0o644],
        ['redis/appendonlydir', 0o755],
      ] as const)
        await chmod(join(dataDir, file), mode);
      const { lines } = await start();
      expect(await openToOthers()).toEqual([]);
      expect(lines.join('\n')).not.toContain(await adminPassword());
      const answer: unknown = await (await login('admin', await adminPassword())).json();
      const token = typeof answer === 'object' && answer && 'token' in answer ? String(answer.token) : '';
      const entregas: unknown = await (
        await fetch(gateway('/logistica/entregas?estado=ENTREGADA'), {
          headers: { Authorization: `Bearer ${token}` },
        })
      ).json();
      // One of the demo on the first start, and one after each of the three kills.
      expect(entregas).toHaveLength(4);
    },
  );

  test(
    'when Ctrl-C reaches the whole group, then everything ends and nothing is left',
    { timeout: SLOW },
    async () => {
      process.kill(-(platform?.child.pid ?? 0), 'SIGINT');
      await platform?.exit;
      await nothingLeft(dataDir);
      expect(platform?.lines.some((line) => line.startsWith('· detenido en'))).toBe(true);
    },
  );

  test('when npm is killed, then nothing is left', { timeout: SLOW }, async () => {
    const { child } = await start();
    child.kill('SIGKILL');
    expect(processesOf(dataDir).length).toBeGreaterThan(0);
    await nothingLeft(dataDir);
  });

  test(
    'when the launcher is killed, then its processes end, and the next start takes over',
    { timeout: SLOW },
    async () => {
      await start();
      const before = new Set(processesOf(dataDir).map((process) => process.pid));
      process.kill(pidOf(dataDir, 'scripts/start.ts'), 'SIGKILL');
      const next = await start();
      const left = () => processesOf(dataDir).filter(({ pid }) => before.has(pid));
      expect(left().filter(({ command }) => !command.includes('redis-guard'))).toEqual([]);
      // The guard looks every fifth of a second whether the old Redis is gone.
      await expect.poll(left).toEqual([]);
      await demo();
      next.child.kill('SIGHUP');
      await nothingLeft(dataDir);
    },
  );
});
