import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';

let secretsDir: string;

beforeEach(() => {
  secretsDir = mkdtempSync(join(tmpdir(), 'medisupply-servicio-'));
  writeFileSync(join(secretsDir, 'redis_password'), 'x'.repeat(20));
});
afterEach(() => rmSync(secretsDir, { recursive: true }));

function run(env: Record<string, string>) {
  const child = fork(join(import.meta.dirname, 'program.ts'), {
    env: { PRUEBA_PORT: '0', SECRETS_DIR: secretsDir, LOG_LEVEL: 'silent', ...env },
    execArgv: [],
    silent: true,
  });
  return { child, out: text(child.stdout!), err: text(child.stderr!), exit: once(child, 'exit') };
}

test('when it runs and is told to stop, then it ends in the reverse order of its opening', async () => {
  const { child, out, exit } = run({});
  const [ready] = (await once(child, 'message')) as [{ port: number }];
  expect(ready).toEqual({ type: 'ready', port: expect.any(Number), tareas: 3 });
  const response = await fetch(`http://127.0.0.1:${ready.port}/`);
  expect(await response.json()).toBe(true);
  expect(await exit).toEqual([0, null]);
  expect((await out).trim().split('\n')).toEqual([
    'contenedor 20',
    'trabajo',
    'trabajo terminado',
    'contenedor cerrado',
  ]);
});

test('when it is told to stop as a lame duck, then it says so and serves new connections until its time is over', async () => {
  const LAME_DUCK_MS = 1_500;
  const { child, exit } = run({ LAME_DUCK_MS: String(LAME_DUCK_MS) });
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  const ask = async (path: string) => {
    const headers = { connection: 'close' };
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers }).catch(() => undefined);
    return answer?.status ?? 'refused';
  };
  expect(await ask('/readyz')).toBe(200);
  const told = performance.now();
  child.kill('SIGTERM');
  await expect.poll(() => ask('/readyz')).toBe(503);
  while (performance.now() - told < LAME_DUCK_MS / 2) expect(await ask('/livez')).toBe(200);
  await expect.poll(() => ask('/livez')).toBe('refused');
  expect(performance.now() - told).toBeGreaterThanOrEqual(LAME_DUCK_MS);
  expect(await exit).toEqual([0, null]);
});

test('when its settings are wrong, then every bad key is named and nothing is opened', async () => {
  const { out, err, exit } = run({
    PRUEBA_PORT: 'ochenta',
    REDIS_URL: 'no',
    REDIS_PASSWORD_FILE: '/no/existe',
  });
  expect(await exit).toEqual([1, null]);
  expect(await out).toBe('');
  const told = await err;
  expect(told).toMatch(/^prueba: Configuración no válida:/);
  for (const key of ['PRUEBA_PORT', 'REDIS_URL', 'REDIS_PASSWORD_FILE']) expect(told).toContain(`- ${key}:`);
});
