import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureSecrets } from '@medisupply/shared/security/secrets';
import { ROOT } from '../launcher/launch.ts';
import { rowsOf, section } from './markdown.ts';

let secretsDir: string;

beforeAll(() => {
  secretsDir = mkdtempSync(join(tmpdir(), 'medisupply-secrets-'));
});
afterAll(() => rmSync(secretsDir, { recursive: true, force: true }));

test('when the first start makes the secrets, then the table of docs/operations.md has each of them', () => {
  ensureSecrets(secretsDir);
  const made = globSync('**/*', { cwd: secretsDir, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => basename(entry.name));
  const page = readFileSync(join(ROOT, 'docs', 'operations.md'), 'utf8');
  const documented = rowsOf(section(page, 'Secrets'), /^file$/).map(([file = '']) =>
    file.replaceAll('`', ''),
  );
  expect(new Set(documented)).toEqual(new Set(made));
});
