import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lockDataDir } from '../../scripts/launcher/data-dir-lock.ts';
import { freePorts, ROOT } from '../launcher/launch.ts';

let folder: string;
let dataDir: string;
let env: Record<string, string | undefined>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medisupply-restore-'));
  dataDir = join(folder, 'data');
  env = { PATH: process.env['PATH'], DATA_DIR: dataDir, ...(await freePorts()) };
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const script = (name: string) => join(ROOT, 'scripts', `${name}.ts`);
const run = (name: string) =>
  spawnSync(process.execPath, [script(name)], { cwd: folder, env, encoding: 'utf8', input: '' });

test('when a restore unpacks, then neither npm start nor a second restore comes in between', async () => {
  const restore = spawn(process.execPath, [script('restore')], {
    cwd: folder,
    env,
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  await expect.poll(() => existsSync(join(dataDir, 'launcher.lock'))).toBe(true);
  const refusal = {
    status: 1,
    stdout: '',
    stderr: `Se está restaurando una copia en DATA_DIR=${dataDir} (pid ${restore.pid}); espere a que termine y repita\n`,
  };
  expect(run('start')).toMatchObject(refusal);
  expect(run('restore')).toMatchObject(refusal);
  restore.stdin.end('no es una copia');
  await once(restore, 'close');
  expect(existsSync(join(dataDir, 'launcher.lock'))).toBe(false);
});

test('when a launcher runs whose processes have no database open yet, then a restore is refused', async () => {
  const lock = await lockDataDir(dataDir);
  expect(run('restore')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining(
      `Ya hay un lanzador en marcha con DATA_DIR=${dataDir} (pid ${process.pid})`,
    ),
  });
  lock.release();
});
