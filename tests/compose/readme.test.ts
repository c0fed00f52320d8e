import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { blocksOf, runBlocks } from '../docs/markdown.ts';
import { ROOT } from '../launcher/launch.ts';
import { openStack } from './stack.ts';

const stack = openStack(inject('stack'));

test(
  'when the useful commands of the README are typed one after another, then each of them works',
  { timeout: 600_000 },
  async () => {
    const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
    const [, part = ''] = readme.split('\n### Useful commands\n');
    const [commands = ''] = blocksOf(part);
    const lines = commands.trim().split('\n');
    expect(lines.length).toBeGreaterThan(10);
    // Elsewhere than in the checkout: one of them writes a file.
    const cwd = mkdtempSync(join(tmpdir(), 'medisupply-readme-'));
    const env = {
      ...stack.ports,
      COMPOSE_FILE: join(ROOT, 'docker-compose.yml'),
      COMPOSE_PROJECT_NAME: stack.project,
      DOCKER_HOST: process.env['DOCKER_HOST'] ?? '',
    };
    try {
      for (const line of lines) {
        // As somebody does who reads what came before.
        if (line.includes(' exec ') || line.includes('--scale')) await stack.healthy();
        const { printed, errors, code } = await runBlocks([`${line} || echo "failed with $?"`], { cwd, env });
        expect({ line, code, printed: printed[0], errors }).toEqual({
          line,
          code: 0,
          printed: expect.not.stringContaining('failed with') as string,
          errors: expect.any(String) as string,
        });
      }
    } finally {
      rmSync(cwd, { recursive: true, force: true });
    }
    // The last one was `down`; the data is still there for the next `up`.
    await stack.compose(['up', '-d']);
    await stack.healthy();
  },
);
