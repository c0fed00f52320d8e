/** Signatures of deliveries that must not pass. */
import { randomUUID, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { DeliveryPayload } from '../contracts/delivery-payload.ts';
import { canonicalBytes } from '../security/canonical-json.ts';
import { base64url, secondsNow } from './forged-tokens.ts';

/** The header of a good signature, but for `changes`. */
export const signatureHeader = (
  kid: string,
  changes: Record<string, unknown> = {},
): Record<string, unknown> => ({
  alg: 'EdDSA',
  typ: 'entrega+jws',
  kid,
  iat: secondsNow(),
  exp: secondsNow() + 900,
  jti: randomUUID(),
  ...changes,
});

/** A detached JWS with any header over `payload`; `signing` makes the bytes of the signature. */
export function craftSignature(
  payload: DeliveryPayload,
  header: Record<string, unknown>,
  signing: KeyObject | ((input: Buffer) => Buffer),
): string {
  const encoded = base64url(header);
  const input = Buffer.from(`${encoded}.${canonicalBytes(payload).toString('base64url')}`);
  const bytes = typeof signing === 'function' ? signing(input) : sign(null, input, signing);
  return `${encoded}..${bytes.toString('base64url')}`;
}

/** Members of the header, each wrong in one way although the right key signs it. */
export const BAD_SIGNATURE_HEADERS: readonly { name: string; changes: Record<string, unknown> }[] = [
  { name: 'alg none', changes: { alg: 'none' } },
  { name: 'alg HS256', changes: { alg: 'HS256' } },
  { name: 'alg ES256', changes: { alg: 'ES256' } },
  { name: 'alg in small letters', changes: { alg: 'eddsa' } },
  { name: 'the typ of a token', changes: { typ: 'at+jwt' } },
  { name: 'no typ', changes: { typ: undefined } },
  { name: 'a kid that was never published', changes: { kid: 'desconocida' } },
  { name: 'a kid that is a path', changes: { kid: '../../etc/passwd' } },
  { name: 'a kid that is SQL', changes: { kid: "' or 1=1 --" } },
  { name: 'no exp', changes: { exp: undefined } },
  { name: 'an exp years away', changes: { exp: secondsNow() + 10 ** 8 } },
  { name: 'iat and exp as text', changes: { iat: '1', exp: '9999999999' } },
  { name: 'an iat in the future', changes: { iat: 4_000_000_000, exp: 4_000_000_900 } },
  { name: 'no jti', changes: { jti: undefined } },
  { name: 'a jti that is no uuid', changes: { jti: 'uno' } },
  { name: 'crit', changes: { crit: ['exp'] } },
  { name: 'b64', changes: { b64: false } },
];

/** What is not even of the form of a signature. */
export const MALFORMED_SIGNATURES: readonly (readonly [name: string, firma: string])[] = [
  ['empty', ''],
  ['a word', 'firma'],
  ['two dots', '..'],
  ['three parts', 'a.b.c'],
  ['the hash that the original took', 'a'.repeat(64)],
  ['ten thousand characters', 'a'.repeat(10_000)],
  ['a lone surrogate', '\ud800'],
  ['a NUL', '\u0000'],
  ['a header that is no JSON', 'bm8..AAAA'],
  ['a header that is an array', `W10..${'A'.repeat(86)}`],
  ['a header that is null', `bnVsbA..${'A'.repeat(86)}`],
];

/** Other spellings of the same bytes: a good signature that is written otherwise. */
export const respelled = (firma: string): string[] => [
  firma.slice(0, -1) + String.fromCharCode(firma.charCodeAt(firma.length - 1) + 1),
  `${firma}==`,
  `${firma} `,
  ` ${firma}`,
  `${firma}\n`,
];
