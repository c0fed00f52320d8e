import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Outcome } from '../../scripts/experiments/experiment.ts';
import { REQUESTS } from '../../scripts/experiments/paridad/requests.ts';
import { percentilesOf } from '@medisupply/shared/metrics/percentile';
import { passed, toHtml, toTable } from '../../scripts/experiments/report.ts';
import type { Run } from '../launcher/launch.ts';
import { freePorts, nothingLeft, runNpm } from '../launcher/launch.ts';

const SLOW = 120_000;
/** Of four attempts all fail once in 10,000 confirmations; at 0.2 it would be once in 25 runs of this file. */
const FAULT_RATE = '0.1';

let folder: string;
let dataDir: string;
let env: Record<string, string>;
let platform: Run;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medisupply-experiment-'));
  dataDir = join(folder, 'data');
  env = { ...(await freePorts()), DATA_DIR: dataDir, FAULT_RATE, LOG_LEVEL: 'debug' };
  platform = runNpm(['start'], env);
  await platform.printed('MediSupply está listo');
}, SLOW);

afterAll(async () => {
  platform.child.kill('SIGTERM');
  await platform.exit;
  await nothingLeft(dataDir);
  await rm(folder, { recursive: true, force: true });
}, SLOW);

async function run(...args: string[]): Promise<{ code: number | null; text: string }> {
  const experiment = runNpm(['run', '--silent', 'experiment', '--', ...args], env);
  const { code } = await experiment.exit;
  return { code, text: experiment.lines.join('\n') };
}

test(
  'when faults are injected, then disponibilidad shows them, loses nothing and leaves its reports',
  { timeout: SLOW },
  async () => {
    const { code, text } = await run('disponibilidad', '--n', '25', '--salida', folder, '--json');
    const outcome = JSON.parse(text) as Outcome;
    expect(outcome.conditions['fallas_inyectadas']).toContain(FAULT_RATE);
    expect(outcome.requirements[0]).toMatchObject({
      name: 'Nada aceptado se pierde',
      measured: '25 de 25',
      met: true,
    });
    expect(outcome.series.map((series) => series.values.length)).toEqual([25, 25]);
    expect(code).toBe(passed(outcome) ? 0 : 1);
    const written = (await readdir(folder)).filter((name) => name.startsWith('disponibilidad'));
    expect(written.map((name) => name.slice(name.lastIndexOf('.'))).toSorted()).toEqual(['.html', '.json']);
  },
);

test('when everything tampered is refused, then integridad passes', { timeout: SLOW }, async () => {
  const { code, text } = await run('integridad', '--n', '5', '--salida', folder);
  expect(text).toContain('integridad: se cumplen todos los requisitos');
  expect(text.match(/✓/g)).toHaveLength(10);
  expect(code).toBe(0);
});

test(
  'when nothing personal stands in clear, then confidencialidad passes, and its search has found what is in clear',
  { timeout: SLOW },
  async () => {
    const log = join(folder, 'plataforma.log');
    await writeFile(log, platform.lines.join('\n'));
    const { code, text } = await run('confidencialidad', '--n', '5', '--salida', folder, '--registro', log);
    expect(text).toContain('✓ control: lo que va en claro se encuentra');
    expect(text).toContain('✓ cola: todas las claves de Redis');
    expect(text).toContain(`✓ registro: ${log}`);
    expect(code).toBe(0);
  },
);

test(
  'when the database cannot be looked at, then confidencialidad fails instead of passing unseen',
  { timeout: SLOW },
  async () => {
    const { code, text } = await run(
      'confidencialidad',
      '--n',
      '1',
      '--salida',
      folder,
      '--data-dir',
      join(folder, 'nada'),
    );
    expect(text).toMatch(/✗ base de datos .*sin comprobar/);
    expect(code).toBe(1);
  },
);

test(
  'when the requests of the original are played, then each has a verdict, in the table and as CSV, and the exit code tells',
  { timeout: SLOW },
  async () => {
    const csv = join(folder, 'paridad.csv');
    const base = `http://127.0.0.1:${env['GATEWAY_PORT']}`;
    const { code, text } = await run('paridad', '--base', base, '--csv', csv, '--salida', folder, '--json');
    const outcome = JSON.parse(text) as Outcome;
    expect(outcome.requirements).toHaveLength(REQUESTS.length + 1);
    expect(outcome.requirements.at(-1)?.measured).toMatch(
      /^\d+ igual, \d+ más, \d+ más estricto, \d+ diferente$/,
    );
    expect((await readFile(csv, 'utf8')).trimEnd().split('\r\n')).toHaveLength(REQUESTS.length + 1);
    expect(code).toBe(passed(outcome) ? 0 : 1);
  },
);

test(
  'when paridad has no password of an Admin, then it says where it looked',
  { timeout: SLOW },
  async () => {
    const { code, text } = await run('paridad', '--data-dir', join(folder, 'nada'), '--salida', folder);
    expect(text).toContain('use --data-dir o ADMIN_CONTRASENA_FILE');
    expect(code).toBe(2);
  },
);

test.each([
  [[], 'Falta el experimento'],
  [['otro'], 'No hay un experimento otro'],
  [['integridad', '--n', '0'], '--n debe ser'],
  [['integridad', '--tasa', 'mucha'], '--tasa debe ser'],
  [['integridad', '--cosa'], '--cosa'],
])('when it is called wrongly (%j), then it says how to use it and exits with 2', async (args, message) => {
  const { code, text } = await run(...args);
  expect(text).toContain(message);
  expect(text).toContain('Uso: npm run experiment');
  expect(code).toBe(2);
});

test('when a requirement is not met, then the table and the page say so, and text is escaped', async () => {
  const outcome: Outcome = {
    experiment: 'prueba',
    started: '2026-01-01T00:00:00.000Z',
    seconds: 1,
    conditions: { nota: '<script>alert(1)</script>' },
    requirements: [{ name: 'algo', expected: 'sí', measured: 'no', met: false }],
    series: [{ name: 'tiempos', values: [1, 2, 3, 100], limit: 50 }],
    notes: [],
  };
  expect(passed(outcome)).toBe(false);
  expect(toTable(outcome)).toContain('NO se cumplen');
  const html = toHtml(outcome);
  expect(html).toContain('No se cumplen todos los requisitos');
  expect(html).not.toContain('<script>');
  expect(html.match(/<rect/g)).toHaveLength(40);
  expect(percentilesOf([5, 1, 3])(0.5)).toBe(3);
});
