import { createHash, createPublicKey } from 'node:crypto';
import type { JsonWebKey, KeyObject } from 'node:crypto';
import { z } from 'zod';
import { PROOF_KEY_USE } from '../proof/format.ts';
import { canonicalBytes } from './canonical-json.ts';

const member = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
const kid = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);

/** Seconds since 1970, as in a JWT. */
const seconds = z.int().min(0);

/**
 * When the key is good: from `nbf` to `exp`, and until it was revoked. What counts is when a signature was received, as
 * its own dates are its maker's word.
 */
const times = { nbf: seconds.optional(), exp: seconds.optional(), revoked: seconds.optional() };

/** A public key for access tokens. */
export const tokenJwk = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: member,
  y: member,
  kid,
  use: z.literal('sig'),
  alg: z.literal('ES256'),
  ...times,
});

/** A public key for delivery signatures. */
export const signatureJwk = z.object({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: member,
  kid,
  use: z.literal('sig'),
  alg: z.literal('EdDSA'),
  ...times,
});

/** A public key for the seals of proofs: `use` keeps it apart, also for verifiers that know no such keys. */
export const proofJwk = signatureJwk.extend({ use: z.literal(PROOF_KEY_USE) });

export type TokenJwk = z.infer<typeof tokenJwk>;
export type SignatureJwk = z.infer<typeof signatureJwk>;
export type ProofJwk = z.infer<typeof proofJwk>;
export type PublicJwk = TokenJwk | SignatureJwk;
export type KeyTimes = Pick<PublicJwk, 'nbf' | 'exp' | 'revoked'>;

/** The document at `/.well-known/jwks.json`. */
export interface PublicJwks {
  keys: (PublicJwk | ProofJwk)[];
}

/** `alg` tells the two purposes apart; keys of any other kind are passed over, those of proofs among them. */
const ownJwk = z.discriminatedUnion('alg', [tokenJwk, signatureJwk]);
const jwksDocument = z.object({ keys: z.array(z.looseObject({})).min(1).max(10_000) });

/**
 * The keys of a JWKS document that processes of this platform verify with.
 * @throws Error when it is not a usable set: not JWKS, private members, a repeated kid, or a purpose without any key.
 */
export function parseJwks(document: unknown): PublicJwk[] {
  const { keys } = jwksDocument.parse(document);
  if (keys.some((key) => 'd' in key || 'k' in key)) throw new Error('el conjunto contiene claves privadas');
  const own = keys
    .map((key) => ownJwk.safeParse(key))
    .flatMap((result) => (result.success ? [result.data] : []));
  if (new Set(own.map((key) => key.kid)).size !== own.length) throw new Error('el conjunto repite un kid');
  for (const alg of ['ES256', 'EdDSA']) {
    if (!own.some((key) => key.alg === alg)) throw new Error(`el conjunto no tiene claves ${alg}`);
  }
  return own;
}

/** @throws Error when the members are not a point of the curve. */
export const publicKeyOf = (jwk: PublicJwk | ProofJwk): KeyObject =>
  createPublicKey({ key: jwk, format: 'jwk' });

/** RFC 7638 thumbprint: a kid that two different keys cannot share. */
export function thumbprint(jwk: JsonWebKey): string {
  const required =
    jwk.kty === 'EC'
      ? { crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y }
      : { crv: jwk.crv, kty: jwk.kty, x: jwk.x };
  return createHash('sha256').update(canonicalBytes(required)).digest('base64url');
}
