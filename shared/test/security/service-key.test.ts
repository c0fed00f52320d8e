import { expect, test } from 'vitest';
import { createServiceKeyVerifier, generateServiceKey } from '../../src/security/service-key.ts';

const worker = generateServiceKey('worker');
const next = generateServiceKey('worker');
const monitor = generateServiceKey('monitor');
const records = [
  { id: 'worker', scopes: ['tareas'], sha256: [worker.sha256, next.sha256] },
  { id: 'monitor', scopes: ['tareas', 'metrics'], sha256: [monitor.sha256] },
];
const verifier = createServiceKeyVerifier(records);

test('when a key is generated, then it is its id and 256 random bits', () => {
  expect(worker.key).toMatch(/^worker\.[\w-]{43}$/);
  expect(worker.key).not.toBe(next.key);
});

test('when either live key of a caller is presented, then the caller and its scopes come back', () => {
  const caller = { kind: 'service', id: 'worker', scopes: ['tareas'] };
  expect([worker.key, next.key].map((key) => verifier.verify(key))).toEqual([caller, caller]);
  expect(verifier.verify(monitor.key)).toEqual({
    kind: 'service',
    id: 'monitor',
    scopes: ['tareas', 'metrics'],
  });
});

test.each<[string, unknown]>([
  ['any value at all (hole 1)', 'cualquier-cosa'],
  ["the worker's secret under another id", worker.key.replace('worker', 'monitor')],
  ['an id that is not known', generateServiceKey('nadie').key],
  ['a new key of a known id', generateServiceKey('worker').key],
  ['the hash instead of the key', `worker.${worker.sha256}`],
  ['a key with a space behind it', `${worker.key} `],
  ['two keys, as two headers arrive', `${worker.key}, ${worker.key}`],
  ['a list', [worker.key]],
  ['the id alone', 'worker'],
  ['the id and a dot', 'worker.'],
  ['a name of Object', `constructor.${'A'.repeat(43)}`],
  ['nothing', ''],
  ['undefined', undefined],
  ['null', null],
  ['1 MB', `worker.${'A'.repeat(1024 * 1024)}`],
])('when %s is presented, then it is refused', (_what, value) => {
  expect(verifier.verify(value)).toBeUndefined();
});

test('when there are no records, then nothing is accepted', () => {
  const closed = createServiceKeyVerifier([]);
  expect([worker.key, '', '.', undefined].map((key) => closed.verify(key))).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

test.each<[string, Parameters<typeof createServiceKeyVerifier>[0]]>([
  ['a record without hashes', [{ id: 'worker', scopes: ['tareas'], sha256: [] }]],
  [
    'a third live key',
    [{ id: 'worker', scopes: ['tareas'], sha256: [worker.sha256, next.sha256, monitor.sha256] }],
  ],
  ['the key in clear in the place of its hash', [{ id: 'worker', scopes: ['tareas'], sha256: [worker.key] }]],
  ['an id twice', [...records, ...records]],
])('when the records have %s, then the verifier is not made', (_what, broken) => {
  expect(() => createServiceKeyVerifier(broken)).toThrowError(Error);
});
