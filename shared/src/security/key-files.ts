/** The formats of autorizador's private key files, and what it publishes from them. */
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import { proofJwk, signatureJwk, thumbprint, tokenJwk } from './jwks.ts';
import type { PublicJwks } from './jwks.ts';
import { PROOF_KEY_USE } from '../proof/format.ts';

/**
 * `actual` signs; `siguiente` is published ahead, so that verifiers know it before it signs; `anterior` and
 * `retirada` only verify, and their private part is gone.
 */
const state = z.enum(['actual', 'siguiente', 'anterior', 'retirada']);
const storedMembers = {
  state,
  d: z
    .string()
    .regex(/^[A-Za-z0-9_-]{43}$/)
    .optional(),
};

const hasOne = (wanted: 'actual' | 'siguiente') => (keys: { state: string; d?: string | undefined }[]) =>
  keys.filter((key) => key.state === wanted && key.d !== undefined).length === 1;
const ONE_ACTUAL = { error: 'Debe haber exactamente una clave actual, con su parte privada' };
const ONE_NEXT = { error: 'Debe haber exactamente una clave siguiente, con su parte privada' };

/** `token_keys.json` */
export const tokenKeyFile = z.strictObject({
  keys: z
    .array(tokenJwk.extend(storedMembers))
    .refine(hasOne('actual'), ONE_ACTUAL)
    .refine(hasOne('siguiente'), ONE_NEXT),
});
/** `signature_keys.json` */
export const signatureKeyFile = z.strictObject({
  keys: z
    .array(signatureJwk.extend(storedMembers))
    .refine(hasOne('actual'), ONE_ACTUAL)
    .refine(hasOne('siguiente'), ONE_NEXT),
});

/** `proof_keys.json` */
export const proofKeyFile = z.strictObject({
  keys: z
    .array(proofJwk.extend(storedMembers))
    .refine(hasOne('actual'), ONE_ACTUAL)
    .refine(hasOne('siguiente'), ONE_NEXT),
});

export type TokenKeyFile = z.infer<typeof tokenKeyFile>;
export type SignatureKeyFile = z.infer<typeof signatureKeyFile>;
export type ProofKeyFile = z.infer<typeof proofKeyFile>;
export type KeyState = z.infer<typeof state>;

export type StoredKey = (TokenKeyFile | SignatureKeyFile | ProofKeyFile)['keys'][number];

export function newTokenKey(keyState: KeyState, now = Date.now()): TokenKeyFile['keys'][number] {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = privateKey.export({ format: 'jwk' });
  return tokenKeyFile.shape.keys.element.parse({
    ...jwk,
    kid: thumbprint(jwk),
    use: 'sig',
    alg: 'ES256',
    state: keyState,
    nbf: Math.floor(now / 1000),
  });
}

export const newSignatureKey = (keyState: KeyState, now?: number): SignatureKeyFile['keys'][number] =>
  signatureKeyFile.shape.keys.element.parse({ ...newEd25519Key(keyState, now), use: 'sig' });

export const newProofKey = (keyState: KeyState, now?: number): ProofKeyFile['keys'][number] =>
  proofKeyFile.shape.keys.element.parse({ ...newEd25519Key(keyState, now), use: PROOF_KEY_USE });

function newEd25519Key(keyState: KeyState, now = Date.now()) {
  const { privateKey } = generateKeyPairSync('ed25519');
  const jwk = privateKey.export({ format: 'jwk' });
  return {
    ...jwk,
    kid: thumbprint(jwk),
    alg: 'EdDSA',
    state: keyState,
    nbf: Math.floor(now / 1000),
  };
}

/** The key that signs now. */
export function actualKey(file: { keys: readonly StoredKey[] }): { kid: string; privateKey: KeyObject } {
  const key = file.keys.find(({ state: keyState }) => keyState === 'actual');
  if (!key?.d) throw new Error('no hay una clave actual');
  const { state: _state, d: privatePart, ...jwk } = key;
  return { kid: key.kid, privateKey: createPrivateKey({ key: { ...jwk, d: privatePart }, format: 'jwk' }) };
}

/** The public document: every key of the files, without private members. */
export const publishedJwks = (
  tokens: TokenKeyFile,
  signatures: SignatureKeyFile,
  proofs: ProofKeyFile,
): PublicJwks => ({
  keys: [
    ...tokens.keys.map((key) => tokenJwk.parse(key)),
    ...signatures.keys.map((key) => signatureJwk.parse(key)),
    ...proofs.keys.map((key) => proofJwk.parse(key)),
  ],
});
