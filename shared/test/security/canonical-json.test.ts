import { expect, test } from 'vitest';
import { canonicalBytes, canonicalText, sha256Hex } from '../../src/security/canonical-json.ts';

test('when members come in another order, then the canonical form is the same', () => {
  expect(canonicalText({ b: [1, { z: 'é', a: null }], a: 1.0 })).toBe('{"a":1,"b":[1,{"a":null,"z":"é"}]}');
  expect(canonicalBytes({ b: 2, a: 'é' })).toEqual(canonicalBytes({ a: 'é', b: 2 }));
});

test('when the RFC 8785 sample of numbers and escapes is given, then it is written as the RFC writes it', () => {
  const sample = {
    numbers: [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 1e-27],
    string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
  };
  expect(canonicalText(sample)).toBe(
    String.raw`{"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
  );
});

const circular: Record<string, unknown> = {};
circular['self'] = circular;

test.each([
  ['a lone surrogate', { a: '\uD800' }],
  ['a lone surrogate in a name', { '\uDC00': 1 }],
  ['NaN', { a: Number.NaN }],
  ['infinity', [Number.POSITIVE_INFINITY]],
  ['a bigint', { a: 1n }],
  ['a cycle', circular],
  ['undefined', undefined],
  ['a function', () => 1],
])('when the value is %s, then it is refused with 400', (_what, value) => {
  expect(() => canonicalBytes(value)).toThrowError(expect.objectContaining({ status: 400 }));
});

test('when text is hashed, then its UTF-8 bytes are', () => {
  expect(sha256Hex('ñ')).toBe(sha256Hex(Buffer.from([0xc3, 0xb1])));
  expect(sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});
