import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Outcome } from '../../bench/outcome.ts';
import { ROOT, runCommand } from '../launcher/launch.ts';

const SLOW = 120_000;

test(
  'when it runs for a moment, then every confirmation is applied and the report is written',
  { timeout: SLOW },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'medisupply-bench-test-'));
    try {
      const [json, html] = [join(folder, 'a.json'), join(folder, 'a.html')];
      const options = ['--quick', '--seconds', '0.1', '--json', json, '--html', html];
      const run = runCommand(process.execPath, ['bench/bench.ts', ...options], { cwd: ROOT, env: {} });
      expect([(await run.exit).code, run.lines]).toEqual([0, expect.any(Array)]);
      const { results } = JSON.parse(await readFile(json, 'utf8')) as Outcome;
      const named = (name: string) => results.filter((result) => result.name === name);
      expect(named('confirmar, 32 conexiones').map(({ group, failures }) => [group, failures])).toEqual([
        ['plataforma', {}],
        ['ingenua', {}],
      ]);
      const [confirming] = results;
      expect(confirming?.alone).toEqual({ statements: expect.any(Number), commits: expect.any(Number) });
      expect(confirming?.alone?.statements).toBeGreaterThan(5);
      expect(Object.keys(confirming?.cpuEach ?? {})).toEqual(
        expect.arrayContaining(['logistica-inventario', 'worker', 'redis']),
      );
      expect(named(confirming?.ceiling ?? '')).toHaveLength(1);
      const page = await readFile(html, 'utf8');
      expect(page).toContain('confirmar, 32 conexiones (a la ingenua)');
      expect(page.match(/<svg /g)?.length).toBe(3);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
);
