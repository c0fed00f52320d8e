/**
 * What to do when a key was stolen: a new `actual` and a new `siguiente`, as whoever has one key file has both. The
 * processes follow while they run.
 */
import { newProofKey, newSignatureKey, newTokenKey } from './key-files.ts';
import type { StoredKey } from './key-files.ts';
import type { RotationReport } from './rotate-keys.ts';
import {
  changeProofKeys,
  changeSignatureKeys,
  changeTokenKeys,
  existing,
  isStillRefused,
  ownerOf,
} from './rotate-keys.ts';
import {
  LIVE_KEY_READERS,
  QUEUE_KEY_READERS,
  QUEUE_KEY_VERIFIER,
  REPLACED_QUEUE_KEYS,
  serviceKeyPath,
} from './secret-layout.ts';
import { withSecretStore } from './secret-store.ts';
import {
  distributeFieldKeys,
  distributeServiceKeys,
  newFieldKid,
  randomSecret,
  readFieldKeyRing,
  readServiceKeyRecords,
} from './secrets.ts';
import { generateServiceKey } from './service-key.ts';

/** Signatures that honest clients hold in their hands when the key is revoked are still received (seconds). */
const IN_FLIGHT = 5;

const KEPT_QUEUE_KEYS = 5;

/** Access tokens: all of them are refused at once; a refresh gives one that is signed with the new key. */
export const revokeTokenKeys = (secretsDir: string): RotationReport =>
  changeTokenKeys(secretsDir, (keys, now) => [
    ...keys
      .filter((key) => key.revoked === undefined || isStillRefused(key, now))
      .map((key) => retire(key, now)),
    newTokenKey('actual'),
    newTokenKey('siguiente'),
  ]);

/** Delivery signatures: refused when they are received from now on; what was accepted before stays accepted. */
export const revokeSignatureKeys = (secretsDir: string): RotationReport =>
  changeSignatureKeys(secretsDir, (keys, now) => [
    ...keys.map((key) => retire(key, now + IN_FLIGHT)),
    newSignatureKey('actual'),
    newSignatureKey('siguiente'),
  ]);

/** Seals of proofs: what they sealed proves nothing any more, whatever its date; who needs a proof gets it anew. */
export const revokeProofKeys = (secretsDir: string): RotationReport =>
  changeProofKeys(secretsDir, (keys, now) => [
    ...keys.map((key) => retire(key, now)),
    newProofKey('actual'),
    newProofKey('siguiente'),
  ]);

/**
 * Messages in the queues, and what is shown live: what waits there is sent again with the new key. The worker is first to have it, and keeps the
 * old ones to tell what waited from what somebody forged; with an old key nothing is run.
 */
export function revokeQueueKey(secretsDir: string): RotationReport {
  return withSecretStore(secretsDir, (store) => {
    const replacedPath = `${QUEUE_KEY_VERIFIER}/${REPLACED_QUEUE_KEYS}`;
    const replaced = store.read(replacedPath)?.split('\n') ?? [];
    const current = QUEUE_KEY_READERS.flatMap((folder) => store.read(`${folder}/queue_key`) ?? []);
    const kept = [...new Set([...replaced, ...current])].slice(-KEPT_QUEUE_KEYS);
    store.write(replacedPath, kept.join('\n'));
    const key = randomSecret();
    for (const folder of [...QUEUE_KEY_READERS].toReversed()) store.write(`${folder}/queue_key`, key);
    const live = randomSecret();
    for (const folder of LIVE_KEY_READERS) store.write(`${folder}/live_key`, live);
    return { written: store.written, actual: 'cola' };
  });
}

/**
 * Personal data: the new key writes; the old ones open until everything has been encrypted again. Every reader can open
 * what the new key writes before anybody writes with it.
 */
export function revokeFieldKeys(secretsDir: string): RotationReport {
  return withSecretStore(secretsDir, (store) => {
    const ring = readFieldKeyRing(store);
    const [actual, siguiente] = [newFieldKid(), newFieldKid()];
    const keys = { ...ring.keys, [actual]: randomSecret(), [siguiente]: randomSecret() };
    distributeFieldKeys(store, { ...ring, keys });
    distributeFieldKeys(store, { actual, siguiente, keys });
    return { written: [...new Set(store.written)], actual };
  });
}

/**
 * Deletes every key but `actual` and `siguiente`. For whoever knows that nothing is encrypted with the others.
 * @throws Error when `actual` is not the current key any more: then it was changed meanwhile
 */
export function deleteOldFieldKeys(secretsDir: string, actual: string): RotationReport {
  return withSecretStore(secretsDir, (store) => {
    const ring = readFieldKeyRing(store);
    if (ring.actual !== actual)
      throw new Error(
        'la clave de los datos cambió mientras tanto; ejecute de nuevo `npm run keys -- recifrar`',
      );
    const kept = Object.entries(ring.keys).filter(([kid]) => kid === actual || kid === ring.siguiente);
    distributeFieldKeys(store, { ...ring, keys: Object.fromEntries(kept) });
    return { written: store.written, actual };
  });
}

/**
 * The key of one caller, without an overlap. The new one is accepted before the caller has it, and the old one until the
 * caller can read the new one: a call that is refused for the old one finds the new one in its file.
 */
export function revokeServiceKey(secretsDir: string, id: string): RotationReport {
  const path = serviceKeyPath(ownerOf(id));
  return withSecretStore(secretsDir, (store) => {
    const records = readServiceKeyRecords(store);
    const record = existing(records.get(id), `service_keys.json (${id})`);
    const { key, sha256 } = generateServiceKey(id);
    const accept = (hashes: string[]) =>
      distributeServiceKeys(store, records.set(id, { ...record, sha256: hashes }));
    accept([...record.sha256.slice(-1), sha256]);
    store.write(path, key);
    accept([sha256]);
    return { written: [...new Set(store.written)], actual: id };
  });
}

function retire<K extends StoredKey>(key: K, revoked: number): K {
  const { d: _private, ...kept } = key;
  // What it signed last has expired: revoking it would only make old deliveries look doubtful.
  const isOver = key.exp !== undefined && key.exp <= revoked;
  return { ...(kept as K), state: 'retirada', ...(isOver ? {} : { revoked: key.revoked ?? revoked }) };
}
