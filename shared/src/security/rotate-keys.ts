/**
 * Rotation of keys: `siguiente` → `actual` → `anterior`, and a fresh `siguiente`. The next key is already with
 * every reader when it comes into use. Readers follow their files while they run (`secret-file.ts`).
 */
import { ACCESS_TOKEN_SECONDS } from './access-token.ts';
import { sha256Hex } from './canonical-json.ts';
import { SIGNATURE_RECEIVED_WITHIN } from './delivery-signature.ts';
import {
  newProofKey,
  newSignatureKey,
  newTokenKey,
  proofKeyFile,
  signatureKeyFile,
  tokenKeyFile,
} from './key-files.ts';
import type { KeyState, ProofKeyFile, SignatureKeyFile, TokenKeyFile } from './key-files.ts';
import { SERVICE_KEY_OWNERS, serviceKeyPath } from './secret-layout.ts';
import type { ServiceKeyOwner } from './secret-layout.ts';
import type { SecretStore } from './secret-store.ts';
import { withSecretStore } from './secret-store.ts';
import {
  distributeFieldKeys,
  distributeJwks,
  distributeServiceKeys,
  newFieldKid,
  PROOF_KEYS_PATH,
  randomSecret,
  readFieldKeyRing,
  readServiceKeyRecords,
  SIGNATURE_KEYS_PATH,
  TOKEN_KEYS_PATH,
} from './secrets.ts';
import { generateServiceKey } from './service-key.ts';

export interface RotationReport {
  /** Paths below the secrets folder that changed. */
  written: readonly string[];
  /** kid that is now in use; the id of the caller for a service key. */
  actual: string;
}

/** Access tokens: the previous key goes on verifying, and disappears with the next rotation. */
export function rotateTokenKeys(secretsDir: string): RotationReport {
  return changeTokenKeys(secretsDir, (keys, now) => [
    ...keys
      .filter((key) => key.state === 'actual' || key.state === 'siguiente' || isStillRefused(key, now))
      .map((key) => advance(key, now)),
    newTokenKey('siguiente'),
  ]);
}

/** Delivery signatures: every key stays published for ever, so that old deliveries can be verified. */
export function rotateSignatureKeys(secretsDir: string): RotationReport {
  return changeSignatureKeys(secretsDir, (keys, now) => [
    ...keys.map((key) => endOfUse(advance(key, now), now)),
    newSignatureKey('siguiente'),
  ]);
}

/** Seals of proofs: every key stays published for ever, so that old proofs can be verified. */
export function rotateProofKeys(secretsDir: string): RotationReport {
  return changeProofKeys(secretsDir, (keys, now) => [
    ...keys.map((key) => advance(key, now)),
    newProofKey('siguiente'),
  ]);
}

type TokenKeys = TokenKeyFile['keys'];
type SignatureKeys = SignatureKeyFile['keys'];
type ProofKeys = ProofKeyFile['keys'];

/** The private file first: whoever is refused by a verifier's new set finds autorizador signing with the new key. */
export const changeTokenKeys = (
  secretsDir: string,
  change: (keys: TokenKeys, now: number) => TokenKeys,
): RotationReport =>
  withSecretStore(secretsDir, (store) => {
    const file = existing(store.readJson(TOKEN_KEYS_PATH, tokenKeyFile), TOKEN_KEYS_PATH);
    return distribute(store, TOKEN_KEYS_PATH, change(file.keys, nowInSeconds()));
  });

export const changeSignatureKeys = (
  secretsDir: string,
  change: (keys: SignatureKeys, now: number) => SignatureKeys,
): RotationReport =>
  withSecretStore(secretsDir, (store) => {
    const file = existing(store.readJson(SIGNATURE_KEYS_PATH, signatureKeyFile), SIGNATURE_KEYS_PATH);
    return distribute(store, SIGNATURE_KEYS_PATH, change(file.keys, nowInSeconds()));
  });

export const changeProofKeys = (
  secretsDir: string,
  change: (keys: ProofKeys, now: number) => ProofKeys,
): RotationReport =>
  withSecretStore(secretsDir, (store) => {
    const file = existing(store.readJson(PROOF_KEYS_PATH, proofKeyFile), PROOF_KEYS_PATH);
    return distribute(store, PROOF_KEYS_PATH, change(file.keys, nowInSeconds()));
  });

function distribute(
  store: SecretStore,
  path: string,
  keys: TokenKeys | SignatureKeys | ProofKeys,
): RotationReport {
  store.writeJson(path, { keys });
  distributeJwks(store);
  return { written: store.written, actual: actualKid(keys) };
}

/** A revoked token key stays published, as revoked, while a token that it signed could still be shown. */
export const isStillRefused = ({ revoked }: { revoked?: number | undefined }, now: number): boolean =>
  revoked !== undefined && now < revoked + 2 * ACCESS_TOKEN_SECONDS;

const nowInSeconds = (): number => Math.floor(Date.now() / 1000);

/** What it signed last can still be received until it expires. */
function endOfUse<K extends SignatureKeys[number]>(key: K, now: number): K {
  return key.state === 'anterior' ? { ...key, exp: now + SIGNATURE_RECEIVED_WITHIN } : key;
}

/** Personal data: old keys stay in the ring until every row has been encrypted again. */
export function rotateFieldKeys(secretsDir: string): RotationReport {
  return withSecretStore(secretsDir, (store) => {
    const ring = readFieldKeyRing(store);
    const siguiente = newFieldKid();
    const keys = { ...ring.keys, [siguiente]: randomSecret() };
    let actual = ring.siguiente;
    if (actual === undefined) {
      actual = newFieldKid();
      keys[actual] = randomSecret();
    }
    distributeFieldKeys(store, { actual, siguiente, keys });
    return { written: store.written, actual };
  });
}

/**
 * The key of one caller: verifiers accept the old and the new one until `retirePreviousServiceKey`.
 * Verifiers must be restarted before the caller.
 */
export function rotateServiceKey(secretsDir: string, id: string): RotationReport {
  const path = serviceKeyPath(ownerOf(id));
  return withSecretStore(secretsDir, (store) => {
    const records = readServiceKeyRecords(store);
    const record = existing(records.get(id), `service_keys.json (${id})`);
    const { key, sha256 } = generateServiceKey(id);
    const inUse = sha256Hex(existing(store.read(path), path));
    records.set(id, { ...record, sha256: [inUse, sha256] });
    distributeServiceKeys(store, records);
    store.write(path, key);
    return { written: store.written, actual: id };
  });
}

/** Ends the overlap: only the key now in the caller's folder is accepted. */
export function retirePreviousServiceKey(secretsDir: string, id: string): RotationReport {
  const path = serviceKeyPath(ownerOf(id));
  return withSecretStore(secretsDir, (store) => {
    const records = readServiceKeyRecords(store);
    const record = existing(records.get(id), `service_keys.json (${id})`);
    const key = existing(store.read(path), path);
    records.set(id, { ...record, sha256: [sha256Hex(key)] });
    distributeServiceKeys(store, records);
    return { written: store.written, actual: id };
  });
}

const NEXT_STATE: Record<KeyState, KeyState> = {
  siguiente: 'actual',
  actual: 'anterior',
  anterior: 'retirada',
  retirada: 'retirada',
};

/** A key that signs no longer loses its private part. */
export function advance<K extends { state: KeyState; d?: string | undefined; nbf?: number | undefined }>(
  key: K,
  now: number,
): K {
  const next = { ...key, state: NEXT_STATE[key.state] };
  if (next.state !== 'actual') delete next.d;
  else next.nbf ??= now;
  return next;
}

const actualKid = (keys: readonly { kid: string; state: KeyState }[]): string =>
  existing(keys.find((key) => key.state === 'actual')?.kid, 'una clave actual');

export function ownerOf(id: string): ServiceKeyOwner {
  const owner = SERVICE_KEY_OWNERS.find((candidate) => candidate.id === id);
  if (!owner)
    throw new Error(
      `servicio desconocido: ${id}; use ${SERVICE_KEY_OWNERS.map((known) => known.id).join(', ')}`,
    );
  return owner;
}

export function existing<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`falta ${what}; ejecute antes \`node scripts/setup.ts\``);
  return value;
}
