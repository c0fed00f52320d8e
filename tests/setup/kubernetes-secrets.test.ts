import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ensureSecrets } from '@medisupply/shared/security/secrets';
import { rotateSignatureKeys } from '@medisupply/shared/security/rotate-keys';
import { ROOT } from '../launcher/launch.ts';
import { ensureKubernetesSecrets, withKubernetesSecrets } from '../../scripts/setup/kubernetes-secrets.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'medisupply-kubernetes-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Secret {
  metadata: { name: string; namespace: string };
  data: Record<string, string>;
}

const read = (): Record<string, Secret> =>
  Object.fromEntries(
    globSync('*.yaml', { cwd: folder }).map((file) => {
      const secret = parse(readFileSync(join(folder, file), 'utf8')) as Secret;
      expect([file, secret.metadata.namespace]).toEqual([`${secret.metadata.name}.yaml`, 'medisupply']);
      return [secret.metadata.name.replace('medisupply-', ''), secret];
    }),
  );

/** `<reader>/<key>` of all of them. */
const keysOf = (secrets: Record<string, Secret>): string[] =>
  Object.entries(secrets).flatMap(([reader, { data }]) => Object.keys(data).map((key) => `${reader}/${key}`));

test('when they are made, then each reader has what its volume has in containers, for nobody else to read', () => {
  ensureKubernetesSecrets(folder);
  const plain = join(folder, 'plain');
  const { written } = ensureSecrets(plain, { adminPassword: 'autorizador/admin_contrasena' });
  expect(keysOf(read()).toSorted()).toEqual([...new Set(written)].toSorted());
  for (const file of globSync('*.yaml', { cwd: folder }))
    expect([file, statSync(join(folder, file)).mode & 0o777]).toEqual([file, 0o600]);
  expect(globSync('.secretos*', { cwd: folder })).toEqual([]);
});

test('when they are there, then not a byte changes, and what somebody added stays', () => {
  ensureKubernetesSecrets(folder);
  const file = join(folder, 'medisupply-monitor.yaml');
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace('metadata:\n', 'metadata:\n  labels: { equipo: reparto } # nuestro\n'),
  );
  expect(ensureKubernetesSecrets(folder)).toEqual([]);
  expect(readFileSync(file, 'utf8')).toContain('{ equipo: reparto } # nuestro');
});

test('when one is lost, then it gets back what others share with it, and they keep what they have', () => {
  ensureKubernetesSecrets(folder);
  const before = read();
  rmSync(join(folder, 'medisupply-worker.yaml'));
  ensureKubernetesSecrets(folder);
  const after = read();
  for (const key of ['queue_key', 'live_key', 'field_keys.json', 'jwks.json'])
    expect([key, after['worker']?.data[key]]).toEqual([key, before['worker']?.data[key]]);
  expect(after['autorizador']?.data['token_keys.json']).toBe(before['autorizador']?.data['token_keys.json']);
});

test('when PostgreSQL has a password, then those who open a database have it, also when it changes', () => {
  ensureKubernetesSecrets(folder);
  expect(keysOf(read()).filter((path) => path.endsWith('/database_password'))).toEqual([]);
  ensureKubernetesSecrets(folder, 'la-primera');
  const written = ensureKubernetesSecrets(folder, 'la-segunda');
  const having = Object.entries(read()).filter(([, { data }]) => data['database_password'] !== undefined);
  expect(having.map(([reader]) => reader)).toEqual([
    'autorizador',
    'logistica-inventario',
    'monitor',
    'worker',
  ]);
  expect(written).toEqual(having.map(([reader]) => `medisupply-${reader}.yaml`));
  for (const [, { data }] of having)
    expect(Buffer.from(data['database_password'] ?? '', 'base64').toString()).toBe('la-segunda');
  expect(ensureKubernetesSecrets(folder)).toEqual([]);
});

test('when keys are rotated, then the files of those who have them are written', () => {
  ensureKubernetesSecrets(folder);
  const before = read();
  const { result, written } = withKubernetesSecrets(folder, rotateSignatureKeys);
  expect(written).toEqual(
    [...new Set(result.written.map((path) => `medisupply-${path.split('/')[0]}.yaml`))].toSorted(),
  );
  expect(written).toContain('medisupply-autorizador.yaml');
  expect(read()['autorizador']?.data['password_pepper']).toBe(before['autorizador']?.data['password_pepper']);
});

test('when another file lies there, then nothing is written, and it is named', () => {
  const file = join(folder, 'otro.yaml');
  writeFileSync(file, 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: otro }\n');
  expect(() => ensureKubernetesSecrets(folder)).toThrow(`${file} no es un Secret de la plataforma`);
  expect(globSync('*.yaml', { cwd: folder }).map((path) => basename(path))).toEqual(['otro.yaml']);
});

const command = (script: string, ...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(
    join(ROOT, 'node_modules/.bin/node'),
    [join(ROOT, 'scripts', script), ...args, '--kubernetes', folder],
    { cwd: ROOT, encoding: 'utf8' },
  );
  return { status, stdout, stderr };
};

test('when the commands run, then they say what was written and what comes next, and no value', () => {
  const made = command('setup.ts');
  expect(made).toMatchObject({ status: 0, stderr: '' });
  expect(made.stdout).toContain('escrito medisupply-worker.yaml');
  expect(made.stdout).toContain(`kubectl apply -f ${folder}\n`);
  expect(command('setup.ts').stdout).toContain('nada que hacer: todos los secretos existen');
  const rotated = command('keys.ts', 'rotate', 'tokens');
  expect(rotated).toMatchObject({ status: 0, stderr: '' });
  expect(rotated.stdout).toContain('escrito medisupply-autorizador.yaml');
  const values = Object.values(read()).flatMap(({ data }) => Object.values(data));
  for (const value of values.map((one) => Buffer.from(one, 'base64').toString()))
    expect(made.stdout + rotated.stdout).not.toContain(value);
  expect(command('keys.ts', 'recifrar')).toMatchObject({ status: 2, stdout: '' });
});

test("when PostgreSQL's password cannot be read, then it says so and writes nothing", () => {
  const refused = command('setup.ts', '--database-password', join(folder, 'nada'));
  expect(refused).toMatchObject({ status: 1, stdout: '' });
  expect(refused.stderr).toMatch(/^--database-password: no se puede leer .*nada \(ENOENT\)\n$/);
  expect(globSync('*', { cwd: folder })).toEqual([]);
});
