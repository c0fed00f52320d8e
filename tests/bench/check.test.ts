import { expect, test } from 'vitest';
import { baselineOf, differences } from '../../bench/check.ts';
import type { Result } from '../../bench/result.ts';

const CONFIRMING: Result = {
  group: 'plataforma',
  name: 'confirmar',
  perSecond: 1_000,
  cpu: 1.2,
  cpuEach: { worker: 0.4, 'logistica-inventario': 0.8 },
  failures: {},
  database: { statements: 18.3, commits: 0.2 },
  alone: { statements: 18, commits: 3 },
  ceiling: 'techo',
};
const OTHERS: Result[] = [
  { group: 'techos', name: 'techo', perSecond: 4_000, cpu: 0.3, cpuEach: {}, failures: {} },
  { group: 'ingenua', name: 'confirmar', perSecond: 1_500, cpu: 1, cpuEach: {}, failures: {} },
];
const baseline = baselineOf([CONFIRMING, ...OTHERS]);
const against = (changed: Partial<Result>) =>
  differences([{ ...CONFIRMING, ...changed }, ...OTHERS], baseline);

test('when a baseline is taken, then it holds counts and ratios, and nothing of the parts', () => {
  expect(baseline).toEqual({
    confirmar: { alone: { statements: 18, commits: 3 }, commits: 0.2, byCeiling: 4, byNaive: 1.2 },
  });
});

test('when nothing changed, or only what a busy machine changes, then nothing differs', () => {
  expect(against({})).toEqual([]);
  expect(against({ perSecond: 10, cpu: 1.7, database: { statements: 19, commits: 0.5 } })).toEqual([]);
});

test.each([
  [{ alone: { statements: 19, commits: 3 } }, 'confirmar: sentencias de una sola 19, se esperaban 18'],
  [{ alone: { statements: 17, commits: 3 } }, 'confirmar: sentencias de una sola 17, se esperaban 18'],
  [{ alone: { statements: 18, commits: 4 } }, 'confirmar: commits de una sola 4, se esperaban 3'],
  [{ database: { statements: 18, commits: 0.9 } }, 'confirmar: commits por operación 0.9, como mucho 0.6'],
])('when a run differs as %j, then it is named', (changed, expected) => {
  expect(against(changed)).toEqual([expect.stringContaining(expected)]);
});

test('when the CPU triples, then it is too much beside the ceiling and beside the naive way', () => {
  expect(against({ cpu: 3.6 })).toEqual([
    'confirmar: CPU entre la del techo 12, como mucho 8 (entonces 4)',
    'confirmar: CPU entre la de la manera ingenua 3.6, como mucho 2.4 (entonces 1.2)',
  ]);
});

test('when the whole machine is slower, then the ratios are what they were', () => {
  const slow = [CONFIRMING, ...OTHERS].map((result) => ({ ...result, cpu: result.cpu * 3 }));
  expect(differences(slow, baseline)).toEqual([]);
});

test('when a path is new, then the baseline has to learn it', () => {
  expect(differences([{ ...CONFIRMING, name: 'otra' }, ...OTHERS], baseline)).toEqual([
    'otra: no está en bench/baseline.json (--update-baseline)',
  ]);
});
