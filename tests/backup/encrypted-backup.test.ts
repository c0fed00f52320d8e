/** Backups that only the owner of a key can read, and what a backup says of itself. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureSecrets } from '@medisupply/shared/security/secrets';
import { ROOT } from '../launcher/launch.ts';

let folder: string;
let dataDir: string;

/** Runs a script; its output as bytes. */
function run(script: 'backup' | 'restore', args: readonly string[], input?: Buffer, inDir = dataDir) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(ROOT, 'scripts', `${script}.ts`), ...args],
    {
      cwd: folder,
      env: { PATH: process.env['PATH'], DATA_DIR: inDir },
      maxBuffer: 64 * 1024 * 1024,
      ...(input === undefined ? {} : { input }),
    },
  );
  return { status, out: stdout, said: stdout.toString(), complaint: stderr.toString() };
}

const file = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medisupply-encrypted-'));
  dataDir = file('data');
  mkdirSync(dataDir);
  const db = new Database(join(dataDir, 'logistica.db'));
  db.exec(`create table nota (texto text); insert into nota values ('Lo-que-se-guarda')`);
  db.close();
  ensureSecrets(join(dataDir, 'secrets'));
  for (const args of [['--nueva-clave', 'clave'], ['copia.tar'], ['copia.tar.age', '--para', 'clave.pub']]) {
    const { status, complaint } = run('backup', args);
    if (status !== 0) throw new Error(complaint);
  }
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test("when a pair of keys is made, then the private one is its owner's alone and is never written over", () => {
  expect(readFileSync(file('clave.pub'), 'utf8')).toMatch(/^age1\w+\n$/);
  expect(statSync(file('clave')).mode & 0o777).toBe(0o400);
  const again = run('backup', ['--nueva-clave', 'clave']);
  expect([again.status, again.complaint]).toEqual([1, `Ya existe ${file('clave')}; no se cambia\n`]);
});

test('when a backup is encrypted, then nothing of it can be read without the key', () => {
  expect(readFileSync(file('copia.tar')).includes('Lo-que-se-guarda')).toBe(true);
  const encrypted = readFileSync(file('copia.tar.age'));
  for (const text of ['Lo-que-se-guarda', 'manifiesto', 'logistica', 'secrets', '"d"'])
    expect([text, encrypted.includes(text)]).toEqual([text, false]);
  expect(statSync(file('copia.tar.age')).mode & 0o777).toBe(0o600);
  expect(run('restore', ['copia.tar.age', '--que-hay'])).toMatchObject({
    status: 1,
    complaint: 'La copia está cifrada; indique su clave con --clave ARCHIVO\n',
  });
});

test('when it is restored with the key, from a file or over a pipe, then everything is there', () => {
  for (const [name, args, input] of [
    ['a', ['copia.tar.age'], undefined],
    ['b', ['-'], readFileSync(file('copia.tar.age'))],
  ] as const) {
    const target = file(name);
    expect(run('restore', [...args, '--clave', 'clave'], input, target)).toMatchObject({
      status: 0,
      complaint: '',
    });
    const db = new Database(join(target, 'logistica.db'), { readonly: true });
    expect(db.prepare('select texto from nota').pluck().get()).toBe('Lo-que-se-guarda');
    db.close();
    const key = 'secrets/autorizador/token_keys.json';
    expect(readFileSync(join(target, key), 'utf8')).toBe(readFileSync(join(dataDir, key), 'utf8'));
  }
});

test('when it goes to standard output for a key as it stands, then it can be restored', () => {
  const recipient = readFileSync(file('clave.pub'), 'utf8').trim();
  const made = run('backup', ['-', '--para', recipient]);
  expect(made.status).toBe(0);
  expect(run('restore', ['--que-hay', '--clave', 'clave'], made.out).said).toContain('logistica.db');
});

test('when the key is another, or the file was cut or changed, then nothing is restored', () => {
  run('backup', ['--nueva-clave', 'otra']);
  const target = file('nada');
  expect(run('restore', ['copia.tar.age', '--clave', 'otra'], undefined, target)).toMatchObject({
    status: 1,
    complaint: 'La clave de otra no abre esta copia\n',
  });
  const bytes = readFileSync(file('copia.tar.age'));
  writeFileSync(file('cortada'), bytes);
  truncateSync(file('cortada'), bytes.length - 1_000);
  bytes[bytes.length - 2_000]! ^= 1;
  writeFileSync(file('cambiada'), bytes);
  for (const damaged of ['cortada', 'cambiada']) {
    const { status } = run('restore', [damaged, '--clave', 'clave'], undefined, target);
    expect([damaged, status]).toEqual([damaged, 1]);
    expect(() => statSync(join(target, 'logistica.db'))).toThrow('ENOENT');
  }
});

test.each([
  ['a file that is not there', 'nada.pub', 'No existe nada.pub\n'],
  ['a private key', 'clave', 'clave debe tener una clave pública (age1…) en cada línea\n'],
])('when it is to be encrypted for %s, then it is refused', (_what, para, complaint) => {
  expect(run('backup', ['x.tar', '--para', para])).toMatchObject({ status: 1, complaint });
});

test('when a backup is asked what it holds, then it says so and nothing is restored', () => {
  const target = file('mirada');
  for (const args of [['copia.tar'], ['copia.tar.age', '--clave', 'clave']]) {
    const { status, said } = run('restore', [...args, '--que-hay'], undefined, target);
    expect(status).toBe(0);
    expect(said).toMatch(
      /^Copia del \d{4}-\d\d-\d\dT[\d:.]+Z \(versión \d+\.\d+\.\d+\)\n {2}logistica\.db \d+ KiB\n {2}secretos: /,
    );
    expect(said).toContain('autorizador/token_keys.json');
  }
  expect(() => statSync(target)).toThrow('ENOENT');
});
