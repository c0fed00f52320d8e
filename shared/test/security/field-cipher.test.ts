import { createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createFieldCipher, fieldAad } from '../../src/security/field-cipher.ts';

const key = () => randomBytes(32).toString('base64url');
const ring = { actual: 'k1', keys: { k1: key(), k2: key() } };
const aad = fieldAad('entrega', 'direccion', 12);

const unreadable = expect.objectContaining({ status: 500, code: 'dato-ilegible' });

test.each(['Calle 10 # 5-20', '', 'ñandú 🚚', 'x'.repeat(64 * 1024)])(
  'when %j is encrypted, then it comes back',
  (plain) => {
    const cipher = createFieldCipher(ring);
    const stored = cipher.encrypt(plain, aad);
    expect(stored).toMatch(/^v1:k1:[\w-]{16}:[\w-]*:[\w-]{22}$/);
    expect(cipher.kidOf(stored)).toBe('k1');
    expect(cipher.decrypt(stored, aad)).toBe(plain);
  },
);

test('when the same text is encrypted twice, then the results differ', () => {
  const cipher = createFieldCipher(ring);
  expect(cipher.encrypt('a', aad)).not.toBe(cipher.encrypt('a', aad));
});

test('when the key of the ring changes, then old values still decrypt and new ones use the new key', () => {
  const stored = createFieldCipher(ring).encrypt('hola', aad);
  const rotated = createFieldCipher({ ...ring, actual: 'k2' });
  expect(rotated.decrypt(stored, aad)).toBe('hola');
  expect(rotated.kidOf(rotated.encrypt('hola', aad))).toBe('k2');
});

test('when the additional data names another row, column or table, then it does not decrypt', () => {
  const cipher = createFieldCipher(ring);
  const stored = cipher.encrypt('hola', aad);
  for (const other of [
    fieldAad('entrega', 'direccion', 13),
    fieldAad('entrega', 'nombre_recibe', 12),
    fieldAad('tarea', 'direccion', 12),
  ]) {
    expect(() => cipher.decrypt(stored, other)).toThrowError(unreadable);
  }
});

test('when any single character of a stored value changes, then it does not decrypt', () => {
  const cipher = createFieldCipher(ring);
  const stored = cipher.encrypt('hola', aad);
  for (let i = 0; i < stored.length; i++) {
    const changed = stored.slice(0, i) + (stored[i] === 'A' ? 'B' : 'A') + stored.slice(i + 1);
    expect(() => cipher.decrypt(changed, aad)).toThrowError(unreadable);
  }
});

test.each([
  '',
  'hola',
  'v1:k1:::',
  'v1:k9:AAAAAAAAAAAAAAAA:AA:AAAAAAAAAAAAAAAAAAAAAA',
  'v2:k1:AAAAAAAAAAAAAAAA:AA:AAAAAAAAAAAAAAAAAAAAAA',
])('when the stored value is %j, then it is an error and never passed through', (stored) => {
  expect(() => createFieldCipher(ring).decrypt(stored, aad)).toThrowError(unreadable);
});

test('when the tag is shortened, then it does not decrypt', () => {
  const cipher = createFieldCipher(ring);
  const [version, kid, iv, body, tag = ''] = cipher.encrypt('hola', aad).split(':');
  const short = Buffer.from(tag, 'base64url').subarray(0, 4).toString('base64url');
  expect(() => cipher.decrypt([version, kid, iv, body, short].join(':'), aad)).toThrowError(unreadable);
});

test('when somebody tries the key of the original system, sha256("default"), then nothing opens (hole 3)', () => {
  const [, , iv = '', body = '', tag = ''] = createFieldCipher(ring).encrypt('hola', aad).split(':');
  const decipher = createDecipheriv(
    'aes-256-gcm',
    createHash('sha256').update('default').digest(),
    Buffer.from(iv, 'base64url'),
  );
  decipher.setAAD(Buffer.from(aad));
  decipher.setAuthTag(Buffer.from(tag, 'base64url'));
  expect(() =>
    Buffer.concat([decipher.update(Buffer.from(body, 'base64url')), decipher.final()]),
  ).toThrowError(Error);
});

test.each([
  ['no key at all', { actual: 'k1', keys: {} }],
  ['an actual that is missing', { actual: 'k3', keys: ring.keys }],
  ['a short key', { actual: 'k1', keys: { k1: 'AAAA' } }],
  ['a key in a non-canonical form', { actual: 'k1', keys: { k1: `${'A'.repeat(42)}B` } }],
])('when the ring has %s, then the cipher is not made', (_what, broken) => {
  expect(() => createFieldCipher(broken)).toThrowError(Error);
});
