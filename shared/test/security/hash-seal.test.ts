import { expect, test } from 'vitest';
import { createHashSeal, isSealed } from '../../src/security/hash-seal.ts';
import { sha256Hex } from '../../src/security/canonical-json.ts';

const hash = sha256Hex('Calle 10 # 5-51');
const seal = createHashSeal('x'.repeat(43));

test('when a hash is sealed, then it is the same each time, another with another key, and no longer the hash', () => {
  const sealed = seal.seal(hash);
  expect(sealed).toMatch(/^h1:[\w-]{43}$/);
  expect(seal.seal(hash)).toBe(sealed);
  expect(createHashSeal('y'.repeat(43)).seal(hash)).not.toBe(sealed);
  expect(seal.seal(sha256Hex('Calle 10 # 5-52'))).not.toBe(sealed);
});

test('when a stored value is looked at, then both its forms are known, and told apart', () => {
  expect(seal.formsOf(hash)).toEqual([seal.seal(hash), hash]);
  expect(seal.formsOf(hash).map(isSealed)).toEqual([true, false]);
});
