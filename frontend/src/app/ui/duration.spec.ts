import { expect, test } from 'vitest';
import { duration } from './duration';

test.each([
  [0, '0 ms'],
  [83.4, '83 ms'],
  [1_449, '1,4 s'],
  [125_000, '2 min 5 s'],
  [11_520_000, '3 h 12 min'],
])('when %d ms have passed, then «%s» is said', (ms, said) => {
  expect(duration(ms, 'es').replaceAll('\u00A0', ' ')).toBe(said);
});
