import { createHmac, createSecretKey, sign, verify } from 'node:crypto';
import { flattenedVerify } from 'jose';
import { describe, expect, test } from 'vitest';
import { canonicalBytes } from '../../src/security/canonical-json.ts';
import { headerOfSignature, signDelivery, verifyDelivery } from '../../src/security/delivery-signature.ts';
import type { SignatureKey, SignatureMoment } from '../../src/security/delivery-signature.ts';
import { fixedKeySet } from '../../src/security/key-set.ts';
import { aPayload, newKeys } from './keys.ts';

const { signatureKey, tokenKey, jwks } = newKeys();
const keySet = fixedKeySet(jwks.keys);
const findKey = keySet.findSignatureKey;
const payload = aPayload();
const NOW = Date.UTC(2026, 0, 15, 12);
const JTI = '0190a1b2-c3d4-4e5f-8a9b-0c1d2e3f4a5b';

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const headerOf = (firma: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(firma.split('.')[0] ?? '', 'base64url').toString());

/** Signs whatever header it is given with the genuine private key. */
function signWithHeader(header: unknown, key = signatureKey.privateKey): string {
  const input = `${encode(header)}.${canonicalBytes(payload).toString('base64url')}`;
  return `${encode(header)}..${sign(null, Buffer.from(input), key).toString('base64url')}`;
}

const goodHeader = (overrides: Record<string, unknown> = {}) => ({
  alg: 'EdDSA',
  typ: 'entrega+jws',
  kid: signatureKey.kid,
  iat: NOW / 1000,
  exp: NOW / 1000 + 900,
  jti: JTI,
  ...overrides,
});

test('when a payload is signed, then its header has exactly the six members', async () => {
  const firma = await signDelivery(payload, signatureKey, { now: NOW, jti: JTI });
  expect(headerOf(firma)).toEqual(goodHeader());
  expect(verifyDelivery(firma, payload, findKey, { now: NOW })).toEqual({
    valid: true,
    kid: signatureKey.kid,
    jti: JTI,
    iat: NOW / 1000,
    exp: NOW / 1000 + 900,
  });
});

describe('members that may be absent', () => {
  const capturado = '2026-11-25T10:00:00.000Z';
  const foto_sha256 = 'a'.repeat(64);
  const sets = [{}, { capturado }, { foto_sha256 }, { capturado, foto_sha256 }];

  test('when they are undefined, then the signed bytes are those of the six fields', async () => {
    const firma = await signDelivery(
      { ...payload, capturado: undefined, foto_sha256: undefined },
      signatureKey,
      { now: NOW },
    );
    const input = Buffer.from(`${firma.split('.')[0]}.${canonicalBytes(payload).toString('base64url')}`);
    const signature = Buffer.from(firma.split('.')[2] ?? '', 'base64url');
    expect(verify(null, input, findKey(signatureKey.kid)!.key, signature)).toBe(true);
    expect(verifyDelivery(firma, payload, findKey, { now: NOW }).valid).toBe(true);
  });

  test('when some are signed, then the signature covers those, and no others', async () => {
    for (const signed of sets) {
      const firma = await signDelivery({ ...payload, ...signed }, signatureKey, { now: NOW });
      const verdicts = sets.map(
        (given) => verifyDelivery(firma, { ...payload, ...given }, findKey, { now: NOW }).valid,
      );
      expect(verdicts).toEqual(sets.map((given) => given === signed));
    }
  });
});

test('when two signatures are made, then their jti differ', async () => {
  const [one, two] = await Promise.all([
    signDelivery(payload, signatureKey),
    signDelivery(payload, signatureKey),
  ]);
  expect(headerOf(one)['jti']).not.toBe(headerOf(two)['jti']);
});

test('when jose verifies the detached signature, then it agrees', async () => {
  const firma = await signDelivery(payload, signatureKey);
  const [encodedHeader = '', , signature = ''] = firma.split('.');
  const key = findKey(signatureKey.kid)?.key;
  if (!key) throw new Error('the key is published');
  const jws = { protected: encodedHeader, payload: canonicalBytes(payload).toString('base64url'), signature };
  await expect(flattenedVerify(jws, key, { algorithms: ['EdDSA'] })).resolves.toMatchObject({
    protectedHeader: { kid: signatureKey.kid },
  });
});

test('when the source carries more than the six fields, then the rest is not signed', async () => {
  const firma = await signDelivery({ ...payload, rol: 'Admin' } as typeof payload, signatureKey);
  expect(verifyDelivery(firma, payload, findKey)).toMatchObject({ valid: true });
});

test.each([
  ['direccion', 'Calle 11'],
  ['nombre_recibe', 'Otra'],
  ['firma_recibe', 'otra'],
  ['pedido_id', 'PED-2'],
  ['entrega_id', 8],
  ['usuario_id', 4],
])('when %s changes after signing, then the signature does not correspond', async (field, value) => {
  const firma = await signDelivery(payload, signatureKey);
  expect(verifyDelivery(firma, { ...payload, [field]: value }, findKey)).toEqual({
    valid: false,
    codigo: 'no-corresponde',
    motivo: 'La firma no corresponde a los datos',
  });
});

const at = async (seconds: number, ignoreExpiry = false) => {
  const firma = await signDelivery(payload, signatureKey, { now: NOW });
  const verification = verifyDelivery(firma, payload, findKey, { now: NOW + seconds * 1000, ignoreExpiry });
  return verification.valid ? 'valid' : verification.codigo;
};

describe('time', () => {
  test('when it expired within the last 60 s, then it is still taken; later it is not', async () => {
    expect(await at(900 + 60)).toBe('valid');
    expect(await at(900 + 61)).toBe('expirada');
  });

  test('when expiry is ignored, then an old one is taken', async () => {
    expect(await at(30 * 24 * 3600, true)).toBe('valid');
  });

  test('when it comes from more than 60 s ahead, then it is refused, also when expiry is ignored', async () => {
    expect(await at(-60)).toBe('valid');
    expect(await at(-61)).toBe('fecha-futura');
    expect(await at(-61, true)).toBe('fecha-futura');
  });
});

test.each([
  ['alg none', { alg: 'none' }, 'algoritmo-no-admitido'],
  ['alg HS256', { alg: 'HS256' }, 'algoritmo-no-admitido'],
  ['alg in lower case', { alg: 'eddsa' }, 'algoritmo-no-admitido'],
  ['alg as a list', { alg: ['EdDSA'] }, 'algoritmo-no-admitido'],
  ['the type of an access token', { typ: 'at+jwt' }, 'tipo-no-admitido'],
  ['no type', { typ: undefined }, 'tipo-no-admitido'],
  ['a kid that was never published', { kid: 'nadie' }, 'clave-desconocida'],
  ['the kid of a token key', { kid: tokenKey.kid }, 'clave-desconocida'],
  ['a kid that is a path', { kid: '../../dev/null' }, 'malformada'],
  ['a kid that is a name of Object', { kid: '__proto__' }, 'clave-desconocida'],
  ['a kid that is a number', { kid: 1 }, 'malformada'],
  ['jku', { jku: 'https://example.com/jwks' }, 'malformada'],
  ['jwk', { jwk: jwks.keys.at(-1) }, 'malformada'],
  ['x5u', { x5u: 'https://example.com/x' }, 'malformada'],
  ['crit', { crit: ['exp'] }, 'malformada'],
  ['b64', { b64: false }, 'malformada'],
  ['no exp', { exp: undefined }, 'malformada'],
  ['exp as text', { exp: '9999999999' }, 'malformada'],
  ['a lifetime above 15 minutes', { exp: NOW / 1000 + 901 }, 'malformada'],
  ['exp before iat', { exp: NOW / 1000 - 1 }, 'malformada'],
  ['a negative iat', { iat: -1, exp: 800 }, 'malformada'],
  ['a fractional iat', { iat: NOW / 1000 + 0.5 }, 'malformada'],
  ['a jti of another shape', { jti: 'x' }, 'malformada'],
  ['no jti', { jti: undefined }, 'malformada'],
])(
  'when the header has %s, then it is refused although the genuine key signed it',
  (_what, change, codigo) => {
    expect(verifyDelivery(signWithHeader(goodHeader(change)), payload, findKey, { now: NOW })).toMatchObject({
      valid: false,
      codigo,
    });
  },
);

test('when the unchanged header is signed by hand, then it is valid (the cases above fail for their change only)', () => {
  expect(verifyDelivery(signWithHeader(goodHeader()), payload, findKey, { now: NOW })).toMatchObject({
    valid: true,
  });
});

test('when another key signed under a published kid, then it does not correspond', () => {
  const forged = signWithHeader(goodHeader(), newKeys().signatureKey.privateKey);
  expect(verifyDelivery(forged, payload, findKey, { now: NOW })).toMatchObject({ codigo: 'no-corresponde' });
});

test('when it is an HMAC keyed with the public key, as the original made them, then it is refused (hole 4)', () => {
  const pem = findKey(signatureKey.kid)?.key.export({ type: 'spki', format: 'pem' }) ?? '';
  const bytes = canonicalBytes(payload);
  const hex = createHmac('sha256', createSecretKey(Buffer.from(pem)))
    .update(bytes)
    .digest('hex');
  const input = `${encode(goodHeader({ alg: 'HS256' }))}.${bytes.toString('base64url')}`;
  const jws = `${encode(goodHeader({ alg: 'HS256' }))}..${createHmac('sha256', Buffer.from(pem)).update(input).digest('base64url')}`;
  for (const firma of [hex, jws])
    expect(verifyDelivery(firma, payload, findKey, { now: NOW }).valid).toBe(false);
});

describe('form', () => {
  test('when the last character of the signature is any other one, then it is refused', async () => {
    const firma = await signDelivery(payload, signatureKey);
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const accepted = alphabet
      .split('')
      .filter((last) => verifyDelivery(firma.slice(0, -1) + last, payload, findKey).valid);
    expect(accepted).toEqual([firma.at(-1)]);
  });

  test.each([null, undefined, 1, true, [], {}, '', '.', '..', '...', 'a..b', 'hola', 'x'.repeat(2000)])(
    'when firma is %j, then it is malformed',
    (firma) => {
      expect(verifyDelivery(firma, payload, findKey)).toMatchObject({ valid: false, codigo: 'malformada' });
      expect(headerOfSignature(firma)).toBeUndefined();
    },
  );

  test('when it is not detached, padded, spaced or in the other alphabet, then it is malformed', async () => {
    const firma = await signDelivery(payload, signatureKey);
    const [encodedHeader = '', , signature = ''] = firma.split('.');
    const variants = [
      `${encodedHeader}.${canonicalBytes(payload).toString('base64url')}.${signature}`,
      `${firma}==`,
      `${firma}\n`,
      ` ${firma}`,
      `${encodedHeader}..${signature}.`,
      `${encodedHeader}..${signature.slice(0, -2)}`,
      `${encode('text')}..${signature}`,
      `${encode(null)}..${signature}`,
      `${encode([])}..${signature}`,
      `${Buffer.from('{').toString('base64url')}..${signature}`,
    ];
    const codes = variants
      .map((variant) => verifyDelivery(variant, payload, findKey))
      .map((v) => (v.valid ? 'valid' : v.codigo));
    expect(codes).toEqual(variants.map(() => 'malformada'));
  });

  test('when a signature is well formed, then its kid can be read before it is verified', async () => {
    expect(headerOfSignature(await signDelivery(payload, signatureKey))?.kid).toBe(signatureKey.kid);
  });
});

describe("the key's own time", () => {
  const received = (times: Partial<SignatureKey>, moment: SignatureMoment = {}) => {
    const key = findKey(signatureKey.kid);
    if (!key) throw new Error('the key is published');
    const result = verifyDelivery(signWithHeader(goodHeader()), payload, () => ({ ...key, ...times }), {
      now: NOW,
      ...moment,
    });
    return result.valid ? 'valid' : result.codigo;
  };
  const seconds = Math.floor(NOW / 1000);

  test('when it was received before the revocation, then it is valid, whenever it is looked at', () => {
    expect(received({ revoked: seconds + 1 })).toBe('valid');
    expect(received({ revoked: seconds })).toBe('clave-revocada');
    expect(received({ revoked: seconds + 1 }, { isLate: true })).toBe('valid');
  });

  test('when it was received outside the time of its key, then it is refused', () => {
    expect(received({ nbf: seconds, exp: seconds })).toBe('valid');
    expect(received({ exp: seconds - 1 })).toBe('clave-fuera-de-plazo');
    expect(received({ nbf: seconds + 61 })).toBe('clave-fuera-de-plazo');
    expect(received({ exp: seconds - 1 }, { isLate: true })).toBe('clave-fuera-de-plazo');
  });

  test('when it was accepted before its key was given dates, then it is valid', () => {
    expect(received({ nbf: seconds + 3_600 }, { isLate: true })).toBe('valid');
  });

  test('when only its integrity is asked for, then the dates of its key do not count', () => {
    expect(received({ revoked: 0, exp: 0 }, { ignoreExpiry: true })).toBe('valid');
  });
});
