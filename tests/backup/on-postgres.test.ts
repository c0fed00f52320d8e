import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT } from '../launcher/launch.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medisupply-copia-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test.each([
  { name: 'backup', key: 'DATABASE_URL', says: 'pg_dump --format=custom' },
  { name: 'restore', key: 'LOGISTICA_DATABASE_URL', says: 'pg_restore --clean' },
])('npm run $name does not pass over data in PostgreSQL, and names what does it', ({ name, key, says }) => {
  const dataDir = join(folder, 'data');
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'scripts', `${name}.ts`)], {
    cwd: folder,
    env: { PATH: process.env['PATH'], DATA_DIR: dataDir, [key]: 'postgres://p@127.0.0.1:9/base' },
    encoding: 'utf8',
    input: 'no es una copia',
  });
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toContain(`${key}: hay datos en PostgreSQL, que npm run ${name} no alcanza`);
  expect(stderr).toContain(says);
  expect(stderr).toContain(join(dataDir, 'secrets'));
  expect(existsSync(dataDir)).toBe(false);
});
