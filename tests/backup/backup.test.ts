import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  globSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { check, waiting } from '../../scripts/testing/checker.ts';
import type { Acknowledged } from '../../scripts/testing/courier.ts';
import { createCourier, deliverMany } from '../../scripts/testing/courier.ts';
import type { Run } from '../launcher/launch.ts';
import { freePorts, nothingLeft, ROOT, runNpm } from '../launcher/launch.ts';

const SLOW = 120_000;

let folder: string;
let dataDir: string;
let ports: Record<string, string>;
let platform: Run | undefined;
let archive: string;

const run = (script: 'backup' | 'restore', args: string[], inDir: string) => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(ROOT, 'scripts', `${script}.ts`), ...args],
    {
      cwd: folder,
      env: { PATH: process.env['PATH'], DATA_DIR: inDir },
      encoding: 'utf8',
    },
  );
  return { status, stdout, stderr };
};

async function start(inDir: string): Promise<void> {
  platform = runNpm(['start'], { ...ports, DATA_DIR: inDir, LOG_LEVEL: 'error' });
  await platform.printed('MediSupply está listo');
}

async function stopPlatform(): Promise<void> {
  platform?.child.kill('SIGTERM');
  await platform?.exit;
  platform = undefined;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medisupply-backup-'));
  dataDir = join(folder, 'data');
  archive = join(folder, 'copia.tar');
  ports = await freePorts();
}, SLOW);

afterAll(async () => {
  await stopPlatform();
  await nothingLeft(folder);
  await rm(folder, { recursive: true, force: true });
}, SLOW);

test(
  'when a backup is made under load and restored elsewhere, then all that was acknowledged before is there, and it goes on',
  { timeout: SLOW },
  async () => {
    await start(dataDir);
    const base = `http://127.0.0.1:${ports['GATEWAY_PORT']}`;
    const courier = await createCourier(base, 'mensajera');
    const before = await deliverMany(courier, { count: 40, inFlight: 8, label: 'antes' });
    const meanwhile = deliverMany(courier, { count: 80, inFlight: 8, label: 'durante' });
    const made = run('backup', [archive], dataDir);
    expect(made).toMatchObject({ status: 0, stderr: '' });
    expect(made.stdout).toContain(archive);
    expect(statSync(archive).mode & 0o777).toBe(0o600);
    await meanwhile;
    expect(run('restore', [archive, '--reemplazar'], dataDir)).toEqual({
      status: 1,
      stdout: '',
      stderr: expect.stringMatching(/^La plataforma está en marcha: usa .*\.db; deténgala y repita\n$/),
    });
    await stopPlatform();

    const elsewhere = join(folder, 'otra');
    expect(run('restore', [archive], elsewhere)).toEqual({
      status: 0,
      stdout: expect.stringMatching(/^Restaurada la copia del .* \(versión 0\.1\.0\)/),
      stderr: '',
    });
    // What Redis had is gone; what was accepted and not applied is in the database.
    await start(elsewhere);
    const later = await deliverMany(await createCourier(base, 'otra mensajera'), {
      count: 5,
      inFlight: 5,
      label: 'después',
    });
    await expect.poll(() => waiting(elsewhere), { timeout: 60_000 }).toBe(0);
    const acknowledged: Acknowledged[] = [...before, ...later];
    expect(await check(elsewhere, acknowledged)).toEqual({
      acknowledged: 45,
      applied: 45,
      lost: [],
      twice: [],
      wrong: [],
      integrity: 'ok',
    });
    await stopPlatform();
  },
);

describe('a restore that is not possible', () => {
  test('when there is data already, then it stays, and the way is said; with --reemplazar it is put aside', () => {
    const taken = join(folder, 'otra');
    const password = () => readFileSync(join(taken, 'secrets', 'redis', 'redis_password'), 'utf8');
    const known = password();
    expect(run('restore', [archive], taken)).toEqual({
      status: 1,
      stdout: '',
      stderr: `Ya hay datos en ${taken}; para ponerlos aparte y restaurar en su lugar, añada --reemplazar\n`,
    });
    // As in containers, where Redis reads its own through a group.
    chmodSync(join(taken, 'secrets', 'redis', 'redis_password'), 0o440);
    const replaced = run('restore', [archive, '--reemplazar'], taken);
    expect(replaced).toMatchObject({ status: 0, stderr: '' });
    const [aside] = globSync('reemplazado-*', { cwd: taken });
    expect(replaced.stdout).toContain(join(taken, String(aside)));
    expect(existsSync(join(taken, String(aside), 'logistica.db'))).toBe(true);
    const kept = globSync('**', { cwd: join(taken, String(aside)) });
    expect(kept.filter((path) => (statSync(join(taken, String(aside), path)).mode & 0o077) !== 0)).toEqual(
      [],
    );
    expect(password()).toBe(known);
    expect(statSync(join(taken, 'secrets', 'redis', 'redis_password')).mode & 0o777).toBe(0o400);
  });

  test.each([
    [
      'is cut short',
      (path: string) => {
        copyFileSync(archive, path);
        truncateSync(path, 200_000);
      },
      /^(tar: |La copia está)/,
    ],
    ['is something else', (path: string) => writeFileSync(path, 'no es una copia'), /^tar: /],
    ['is not there', () => undefined, /^No existe .*\n$/],
  ])('when the file %s, then nothing is changed', (_name, make, message) => {
    const path = join(folder, `mala-${_name.replaceAll(' ', '-')}.tar`);
    make(path);
    const target = join(folder, 'intacta');
    const outcome = run('restore', [path], target);
    expect(outcome).toMatchObject({ status: 1, stdout: '', stderr: expect.stringMatching(message) });
    expect(globSync('**/*', { cwd: target })).toEqual([]);
  });

  test('when an option is unknown, then the usage is shown', () => {
    expect(run('restore', ['--forzar'], dataDir).stderr).toMatch(/^Uso: npm run restore/);
    expect(run('backup', ['--forzar'], dataDir).stderr).toMatch(/^Uso: npm run backup/);
  });

  test('when there is nothing to save, then it says where it looked', () => {
    const empty = join(folder, 'vacía');
    expect(run('backup', [], empty)).toEqual({
      status: 1,
      stdout: '',
      stderr: `No hay bases de datos en ${empty}; indique dónde con DATA_DIR\n`,
    });
  });
});
