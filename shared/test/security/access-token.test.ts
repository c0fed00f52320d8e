import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { importJWK, jwtVerify } from 'jose';
import { describe, expect, test } from 'vitest';
import {
  createAccessTokenVerifier,
  issueAccessToken,
  verifyAccessToken,
} from '../../src/security/access-token.ts';
import { fixedKeySet } from '../../src/security/key-set.ts';
import type { KeySet } from '../../src/security/key-set.ts';
import { signDelivery } from '../../src/security/delivery-signature.ts';
import { aPayload, aSubject, newKeys } from './keys.ts';

const { tokenKey, signatureKey, jwks } = newKeys();
const keySet = fixedKeySet(jwks.keys);
const NOW = Date.UTC(2026, 0, 15, 12);
const seconds = NOW / 1000;
const subject = aSubject();

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token with any header and claims, signed by any key. */
function token(
  header: Record<string, unknown> = {},
  claims: Record<string, unknown> = {},
  key: KeyObject = tokenKey.privateKey,
) {
  const input = `${encode({ alg: 'ES256', typ: 'at+jwt', kid: tokenKey.kid, ...header })}.${encode({
    sub: '3',
    nombre: 'ana',
    roles: ['usuario'],
    tv: 1,
    iss: 'medisupply-autorizador',
    aud: 'medisupply',
    iat: seconds,
    exp: seconds + 900,
    jti: '0190a1b2-c3d4-4e5f-8a9b-0c1d2e3f4a5b',
    ...claims,
  })}`;
  return `${input}.${sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

const refused = expect.objectContaining({ status: 401 });
const verify = (value: string, now = NOW) => verifyAccessToken(value, keySet, { now });

test('when a token is issued, then it tells who it speaks for', () => {
  const issued = issueAccessToken(subject, tokenKey, { now: NOW });
  expect(issued.expira_en).toBe(900);
  expect(verify(issued.token)).toEqual({
    kind: 'user',
    usuario_id: 3,
    nombre: subject.nombre,
    roles: ['usuario'],
    token_version: 1,
    jti: issued.jti,
    exp: seconds + 900,
  });
});

test('when jose verifies it, then it agrees, header and claims as documented', async () => {
  const issued = issueAccessToken(subject, tokenKey, { now: NOW });
  const jwk = jwks.keys.find((key) => key.kid === tokenKey.kid);
  if (!jwk) throw new Error('the key is published');
  const { payload, protectedHeader } = await jwtVerify(issued.token, await importJWK(jwk), {
    issuer: 'medisupply-autorizador',
    audience: 'medisupply',
    typ: 'at+jwt',
    currentDate: new Date(NOW),
  });
  expect(protectedHeader).toEqual({ alg: 'ES256', typ: 'at+jwt', kid: tokenKey.kid });
  expect(payload).toMatchObject({ sub: '3', tv: 1, exp: seconds + 900, jti: issued.jti });
});

test('when the hand-made token is unchanged, then it is taken (the cases below fail for their change only)', () => {
  expect(verify(token())).toMatchObject({ usuario_id: 3 });
});

const foreign = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
test.each<[string, () => string]>([
  ['another key under our kid', () => token({}, {}, foreign)],
  ['alg none', () => `${token({ alg: 'none' }).split('.').slice(0, 2).join('.')}.`],
  ['alg None', () => token({ alg: 'None' })],
  ['alg RS256', () => token({ alg: 'RS256' })],
  ['alg HS256 keyed with the public key', hs256WithPublicKey],
  ['typ JWT', () => token({ typ: 'JWT' })],
  ['no typ', () => token({ typ: undefined })],
  ['no kid', () => token({ kid: undefined })],
  ['an unknown kid', () => token({ kid: 'otra' })],
  ['the kid of a signature key', () => token({ kid: signatureKey.kid })],
  ['a kid that is a path', () => token({ kid: '../../../dev/null' })],
  ['a kid that is a name of Object', () => token({ kid: '__proto__' })],
  ['jku', () => token({ jku: 'https://example.com' })],
  ['jwk', () => token({ jwk: foreign.export({ format: 'jwk' }) }, {}, foreign)],
  ['crit', () => token({ crit: ['x'], x: 1 })],
  ['an issuer that is not ours', () => token({}, { iss: 'otro' })],
  ['an audience that is not ours', () => token({}, { aud: 'otra' })],
  ['no exp', () => token({}, { exp: undefined })],
  ['exp as text', () => token({}, { exp: '9999999999' })],
  ['a lifetime above 15 minutes', () => token({}, { exp: seconds + 901 })],
  ['no iat', () => token({}, { iat: undefined })],
  ['iat ahead', () => token({}, { iat: seconds + 31 })],
  ['nbf ahead', () => token({}, { nbf: seconds + 31 })],
  ['expired', () => token({}, { iat: seconds - 931, exp: seconds - 31 })],
  ['sub as a number', () => token({}, { sub: 3 })],
  ['sub 0', () => token({}, { sub: '0' })],
  ['sub 2^53', () => token({}, { sub: '9007199254740992' })],
  ['no roles', () => token({}, { roles: undefined })],
  ['a role that does not exist', () => token({}, { roles: ['root'] })],
  ['no version', () => token({}, { tv: undefined })],
  ['a jti that is not a UUID', () => token({}, { jti: 'x' })],
  ['9 KB', () => token({}, { relleno: 'x'.repeat(9 * 1024) })],
  ['a delivery signature header', () => token({ typ: 'entrega+jws', alg: 'EdDSA', kid: signatureKey.kid })],
  ['nothing', () => ''],
  ['dots', () => '..'],
  ['no token at all', () => 'hola'],
])('when the token has or is %s, then it is 401', (_what, make) => {
  const value = make();
  expect(() => verify(value)).toThrowError(refused);
});

function hs256WithPublicKey(): string {
  const pem = keySet.findTokenKey(tokenKey.kid)?.export({ type: 'spki', format: 'pem' }) ?? '';
  const input = token({ alg: 'HS256' }).split('.').slice(0, 2).join('.');
  return `${input}.${createHmac('sha256', pem).update(input).digest('base64url')}`;
}

test('when a delivery signature is presented as a token, then it is 401', async () => {
  const firma = await signDelivery(aPayload(), signatureKey);
  expect(() => verify(firma)).toThrowError(refused);
});

test('when it expired within the last 30 s, then it is still taken', () => {
  const issued = issueAccessToken(subject, tokenKey, { now: NOW }).token;
  expect(verify(issued, NOW + 929_000)).toMatchObject({ usuario_id: 3 });
  expect(() => verify(issued, NOW + 931_000)).toThrowError(refused);
});

function counting(overrides: Partial<KeySet> = {}) {
  let lookups = 0;
  const counted: KeySet = { ...keySet, ...overrides };
  return {
    get lookups() {
      return lookups;
    },
    keySet: {
      ...counted,
      findTokenKey: (kid: string) => {
        lookups++;
        return counted.findTokenKey(kid);
      },
    },
  };
}

describe('verifier with a cache', () => {
  test('when a token is seen again, then the same caller comes back', () => {
    const verifier = createAccessTokenVerifier({ keySet, now: () => NOW });
    const value = token();
    expect(verifier.verify(value)).toBe(verifier.verify(value));
  });

  test('when a remembered token expires, then it is 401', () => {
    let now = NOW;
    const verifier = createAccessTokenVerifier({ keySet, now: () => now });
    const value = token();
    void verifier.verify(value);
    now = NOW + 931_000;
    expect(() => verifier.verify(value)).toThrowError(refused);
  });

  test('when the key of a remembered token is withdrawn, then it is 401', async () => {
    let withdrawn = false;
    const { keySet: changing } = counting({
      findTokenKey: (kid) => (withdrawn ? undefined : keySet.findTokenKey(kid)),
    });
    const verifier = createAccessTokenVerifier({ keySet: changing, now: () => NOW });
    const value = token();
    void verifier.verify(value);
    withdrawn = true;
    await expect(verifier.verify(value)).rejects.toThrowError(refused);
  });

  test('when a token differs from a remembered one in its last character, then it is verified for itself', () => {
    const verifier = createAccessTokenVerifier({ keySet, now: () => NOW });
    const value = token();
    void verifier.verify(value);
    const [header, , signature] = value.split('.');
    const forged = [header, encode({ sub: '1', roles: ['Admin'] }), signature].join('.');
    expect(() => verifier.verify(forged)).toThrowError(refused);
  });

  test('when more tokens come than it remembers, then all are still answered', () => {
    const verifier = createAccessTokenVerifier({ keySet, now: () => NOW, cacheSize: 2 });
    const tokens = [1, 2, 3, 4].map((id) => token({}, { sub: String(id) }));
    for (const value of [...tokens, ...tokens])
      expect(verifier.verify(value)).toMatchObject({ kind: 'user' });
  });

  test('when no key at all is known, then a token that may be good is 503, and what is no token 401', async () => {
    const verifier = createAccessTokenVerifier({ keySet: fixedKeySet([]), now: () => NOW });
    await expect(verifier.verify(token())).rejects.toMatchObject({
      status: 503,
      headers: { 'Retry-After': '2' },
    });
    expect(() => verifier.verify('x.y.z')).toThrowError(refused);
  });

  test('when the kid is not known yet, then autorizador is asked once and the token is taken', async () => {
    let known = false;
    let asked = 0;
    const { keySet: learning } = counting({
      findTokenKey: (kid) => (known ? keySet.findTokenKey(kid) : undefined),
      refreshForUnknownKid: () => {
        asked++;
        known = true;
        return Promise.resolve(true);
      },
    });
    const verifier = createAccessTokenVerifier({ keySet: learning, now: () => NOW });
    await expect(verifier.verify(token())).resolves.toMatchObject({ usuario_id: 3 });
    expect(asked).toBe(1);
  });
});
