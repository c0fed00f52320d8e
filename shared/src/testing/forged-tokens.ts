/** Access tokens that must not pass. Most are made with the key that autorizador signs with: each fails for one reason. */
import { randomUUID, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

export const base64url = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

export const secondsNow = (): number => Math.floor(Date.now() / 1000);

/** Of a good token of an Admin, but for `changes`. */
export const tokenClaims = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  sub: '1',
  nombre: 'usuario 1',
  roles: ['Admin'],
  tv: 1,
  iss: 'medisupply-autorizador',
  aud: 'medisupply',
  iat: secondsNow(),
  exp: secondsNow() + 900,
  jti: randomUUID(),
  ...changes,
});

/** Makes the bytes of a signature over `header.claims`. */
export type Signer = (input: string) => Buffer;

export const es256 =
  (key: KeyObject): Signer =>
  (input) =>
    sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });

export function makeJws(header: Record<string, unknown>, claims: unknown, signer: Signer): string {
  const input = `${base64url(header)}.${base64url(claims)}`;
  return `${input}.${signer(input).toString('base64url')}`;
}

/** Members of the header, each wrong in one way. */
export const BAD_TOKEN_HEADERS: readonly { name: string; changes: Record<string, unknown> }[] = [
  { name: 'no kid', changes: { kid: undefined } },
  { name: 'an unknown kid', changes: { kid: 'nunca' } },
  { name: 'a kid that is a path', changes: { kid: '../../../../dev/null' } },
  { name: 'a kid that is SQL', changes: { kid: "x' union select 'k" } },
  { name: 'a kid that is a number', changes: { kid: 1 } },
  { name: 'a kid of 5,000 characters', changes: { kid: 'k'.repeat(5_000) } },
  { name: 'crit', changes: { crit: ['exp'] } },
  { name: 'b64', changes: { b64: false } },
  { name: 'zip', changes: { zip: 'DEF' } },
  { name: 'typ JWT', changes: { typ: 'JWT' } },
  { name: 'no typ', changes: { typ: undefined } },
  { name: 'the typ of a delivery', changes: { typ: 'entrega+jws' } },
];

/** Claims, each wrong in one way at the second `now`. */
export const BAD_TOKEN_CLAIMS: readonly {
  name: string;
  changes: (now: number) => Record<string, unknown>;
}[] = [
  { name: 'an exp in the past', changes: (now) => ({ iat: now - 1_000, exp: now - 100 }) },
  { name: 'no exp', changes: () => ({ exp: undefined }) },
  { name: 'an exp as text', changes: () => ({ exp: '9999999999' }) },
  { name: 'an exp that is no number of seconds', changes: () => ({ exp: 1e300 }) },
  { name: 'an exp years away', changes: (now) => ({ exp: now + 10 ** 8 }) },
  { name: 'an old iat', changes: (now) => ({ iat: now - 3_600, exp: now + 60 }) },
  { name: 'an iat in the future', changes: (now) => ({ iat: now + 300, exp: now + 1_000 }) },
  { name: 'no iat', changes: () => ({ iat: undefined }) },
  { name: 'an nbf in the future', changes: (now) => ({ nbf: now + 300 }) },
  { name: 'another issuer', changes: () => ({ iss: 'otro' }) },
  { name: 'no issuer', changes: () => ({ iss: undefined }) },
  { name: 'another audience', changes: () => ({ aud: 'otra' }) },
  { name: 'no audience', changes: () => ({ aud: undefined }) },
  { name: 'a sub that is a number', changes: () => ({ sub: 1 }) },
  { name: 'a sub that is SQL', changes: () => ({ sub: '1 OR 1=1' }) },
  { name: 'a sub of zero', changes: () => ({ sub: '0' }) },
  { name: 'a negative sub', changes: () => ({ sub: '-1' }) },
  { name: 'a sub beyond exact numbers', changes: () => ({ sub: '9007199254740993' }) },
  { name: 'no sub', changes: () => ({ sub: undefined }) },
  { name: 'a role that does not exist', changes: () => ({ roles: ['root'] }) },
  { name: 'roles as text', changes: () => ({ roles: 'Admin' }) },
  { name: 'no roles', changes: () => ({ roles: undefined }) },
  { name: 'no jti', changes: () => ({ jti: undefined }) },
  { name: 'no version', changes: () => ({ tv: undefined }) },
];

/** Values of the header Authorization that hold no token. */
export const BAD_AUTHORIZATIONS = [
  '',
  'Bearer',
  'Bearer ',
  'Basic dXNlcjpwYXNz',
  'Token x',
  'Bearer a b',
  'x',
];
