import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { whereThePasswordIs } from '../../scripts/launcher/first-password.ts';

let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medisupply-password-'));
  file = join(folder, 'admin_contrasena');
  await writeFile(file, 'cuatro-tazas-sin-asa\n');
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test('when the first start is watched at a terminal, then the password is shown', () => {
  expect(whereThePasswordIs(file, { firstStart: true, isTerminal: true })).toBe(
    `cuatro-tazas-sin-asa   (se muestra solo esta vez; queda en ${file})`,
  );
});

test.each([
  { firstStart: true, isTerminal: false },
  { firstStart: false, isTerminal: true },
])('when it is %o, then its file is named', (start) => {
  expect(whereThePasswordIs(file, start)).toBe(`la de ${file}`);
});
