import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureSecrets } from '@medisupply/shared/security/secrets';
import { ROOT } from '../launcher/launch.ts';

let dataDir: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'medisupply-keys-'));
  ensureSecrets(join(dataDir, 'secrets'));
});

afterAll(() => rm(dataDir, { recursive: true, force: true }));

test('when keys are changed, then one line tells which, by whom and where; a command that is none leaves no line', () => {
  const keys = (...args: string[]) =>
    spawnSync(process.execPath, [join(ROOT, 'scripts', 'keys.ts'), ...args], {
      env: { PATH: process.env['PATH'], DATA_DIR: dataDir },
      encoding: 'utf8',
    });
  expect(keys('rotate', 'firmas')).toMatchObject({ status: 0, stderr: '' });
  expect(keys('rotate', 'nada').status).toBe(2);
  const file = join(dataDir, 'auditoria.jsonl');
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
    time: expect.stringMatching(/Z$/),
    auditoria: true,
    accion: 'claves: rotate firmas',
    quien: expect.stringMatching(/^sistema:./),
    desde: expect.any(String),
  });
  expect(statSync(file).mode & 0o777).toBe(0o600);
});
