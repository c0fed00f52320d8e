import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Outcome } from '../../scripts/experiments/experiment.ts';
import { requirementsOf } from '../../scripts/experiments/resistencia.ts';
import type { Endured } from '../../scripts/experiments/resistencia/endure.ts';
import { KINDS, planOf, SLOT } from '../../scripts/experiments/resistencia/plan.ts';
import type { Stored } from '../../scripts/testing/checker.ts';
import { flawOf } from '../../scripts/testing/checker.ts';
import { runNpm } from '../launcher/launch.ts';

const SLOW = 180_000;
const NAMES = KINDS.map(({ name }) => name);

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medisupply-resistencia-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function run(...args: string[]): Promise<{ code: number | null; text: string }> {
  const experiment = runNpm(
    ['run', '--silent', 'experiment', '--', 'resistencia', '--salida', folder, ...args],
    {},
  );
  const { code } = await experiment.exit;
  return { code, text: experiment.lines.join('\n') };
}

test.each([
  ['parts die, stand still and forget', [], ['muerte-worker', 'pausa-logistica', 'vaciado-redis']],
  [
    'its PostgreSQL dies and throws it out',
    ['--postgres'],
    ['vaciado-redis', 'muerte-postgres', 'corte-postgres', 'bloqueo-base', 'respuesta-perdida'],
  ],
])(
  'when %s, then the platform loses nothing, and the control loses and repeats',
  { timeout: SLOW },
  async (_what, options, faults) => {
    await rm(folder, { recursive: true });
    const n = String(faults.length * 40);
    const args = ['--n', n, '--tasa', '8', '--fallas', faults.join(), '--json', ...options];
    const { code, text } = await run(...args);
    const outcome = JSON.parse(text) as Outcome;
    expect(outcome.requirements.filter(({ met }) => !met)).toEqual([]);
    expect(outcome.requirements[0]?.measured).toBe(`${n} de ${n}`);
    expect(outcome.table?.rows.map(([name, times]) => [name, times])).toEqual([
      ...faults.map((name) => [name, 1]),
      ['total', faults.length],
    ]);
    const [lost, twice, lostByControl, twiceByControl] = outcome.table!.rows.at(-1)!.slice(4);
    expect([lost, twice]).toEqual([0, 0]);
    expect(lostByControl).toBeGreaterThan(0);
    expect(twiceByControl).toBeGreaterThan(0);
    expect(code).toBe(0);
    const written = await readdir(folder);
    expect(written.map((name) => name.slice(name.lastIndexOf('.'))).toSorted()).toEqual(['.html', '.json']);
  },
);

test.each([
  [['--fallas', 'incendio'], 'No hay una falla incendio; hay muerte-worker'],
  [['--fallas', 'muerte-postgres'], 'No hay una falla muerte-postgres; hay muerte-worker'],
  [['--n', '20'], '--n entre --tasa debe ser de 5 a 600 s'],
  [['--semilla', 'azar'], '--semilla debe ser'],
  [['--base', 'http://localhost:8080'], 'resistencia usa una plataforma propia'],
])('when it is called wrongly (%j), then it says why and exits with 2', async (args, message) => {
  const { code, text } = await run(...args);
  expect(text).toContain(message);
  expect(code).toBe(2);
});

test('when the seed is the same, then so are the faults and their moments, each kind once a round', () => {
  const plan = planOf(7, 120, NAMES);
  expect(planOf(7, 120, NAMES)).toEqual(plan);
  expect(planOf(8, 120, NAMES)).not.toEqual(plan);
  expect(plan).toHaveLength(24);
  for (const round of [plan.slice(0, 12), plan.slice(12)])
    expect(round.map(({ kind }) => kind.name).toSorted()).toEqual(NAMES.toSorted());
  for (const [slot, { at, lasts }] of plan.entries()) {
    expect(at).toBeGreaterThan(slot * SLOT);
    expect(at + lasts).toBeLessThan((slot + 1) * SLOT);
  }
});

const SENT = {
  entrega_id: 1,
  pedido_id: 'PED-1',
  direccion: 'Calle 1',
  nombre_recibe: 'Recibe 1',
  firma_recibe: '<svg/>',
};
const TOLD = { ...SENT, task_id: 'una' };
const APPLIED: Stored = {
  ...TOLD,
  id: 1,
  estado: 'ENTREGADA',
  historial: 1,
  confirmaciones: 1,
  eventos: 1,
  unidades: 1,
  aplicada: 1,
};
const UNTOUCHED: Stored = {
  ...APPLIED,
  estado: 'EN_CAMINO',
  historial: 0,
  confirmaciones: 0,
  eventos: 0,
  unidades: 0,
};

test.each([
  ['applied once', TOLD, APPLIED, undefined],
  ['not applied', TOLD, UNTOUCHED, 'lost'],
  ['not there', TOLD, undefined, 'lost'],
  ['twice in the history', TOLD, { ...APPLIED, historial: 2 }, 'twice'],
  ['debited twice', TOLD, { ...APPLIED, unidades: 2 }, 'twice'],
  ['without its event', TOLD, { ...APPLIED, eventos: 0 }, 'twice'],
  ['applied with another name', TOLD, { ...APPLIED, nombre_recibe: 'Otra' }, 'wrong'],
  ['applied by another task', TOLD, { ...APPLIED, task_id: 'otra' }, 'wrong'],
  ['unanswered and applied once', SENT, APPLIED, undefined],
  ['unanswered and not applied', SENT, UNTOUCHED, undefined],
  ['unanswered and half applied', SENT, { ...UNTOUCHED, unidades: 1 }, 'wrong'],
])('when a confirmation is %s, then the checker says %s', (_what, told, stored, flaw) => {
  expect(flawOf(told, stored, 1)).toBe(flaw);
});

const GOOD: Endured = {
  faults: [],
  acknowledged: 10,
  unanswered: 0,
  repeated: 3,
  lost: 0,
  twice: 0,
  wrong: 0,
  unsent: 0,
  otherTasks: 0,
  answered: [],
  stockOff: 0,
  integrity: 'ok',
};
const BAD: Endured = { ...GOOD, lost: 2 };

test.each<[string, Endured, Endured, string[]]>([
  ['nothing', GOOD, BAD, []],
  ['a loss', { ...GOOD, lost: 1 }, BAD, ['Nada aceptado se pierde']],
  ['a second application', { ...GOOD, twice: 1 }, BAD, ['Nada se aplica dos veces']],
  ['another task for a repetition', { ...GOOD, otherTasks: 1 }, BAD, ['Repetir da la misma tarea']],
  ['stock that is off', { ...GOOD, stockOff: 1 }, BAD, ['Las existencias cuadran']],
  ['a control that does as well', GOOD, GOOD, ['El control falla']],
])('when there is %s, then the verdict says so', (_what, platform, control, unmet) => {
  const requirements = requirementsOf(platform, control, 10);
  expect(requirements.filter(({ met }) => !met).map(({ name }) => name)).toEqual(unmet);
});
