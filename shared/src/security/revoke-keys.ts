/**
 * What to do when a key was stolen: a new `actual` and a new `siguiente`, as whoever has one key file has both. The
 * processes follow while they run.
 */
import { newSignatureKey, newTokenKey } from './key-files.ts';
import type { StoredKey } from './key-files.ts';
import type { RotationReport } from './rotate-keys.ts';
import { changeSignatureKeys, changeTokenKeys, existing, isStillRefused, ownerOf } from './rotate-keys.ts';
import { withSecretStore } from './secret-store.ts';
import { distributeServiceKeys, readServiceKeyRecords } from './secrets.ts';
import { generateServiceKey } from './service-key.ts';

/** Signatures that honest clients hold in their hands when the key is revoked are still received (seconds). */
const IN_FLIGHT = 5;

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

/**
 * The key of one caller, without an overlap. The new one is accepted before the caller has it, and the old one until the
 * caller can read the new one: a call that is refused for the old one finds the new one in its file.
 */
export function revokeServiceKey(secretsDir: string, id: string): RotationReport {
  const { folder } = ownerOf(id);
  return withSecretStore(secretsDir, (store) => {
    const records = readServiceKeyRecords(store);
    const record = existing(records.get(id), `service_keys.json (${id})`);
    const { key, sha256 } = generateServiceKey(id);
    const accept = (hashes: string[]) =>
      distributeServiceKeys(store, records.set(id, { ...record, sha256: hashes }));
    accept([...record.sha256.slice(-1), sha256]);
    store.write(`${folder}/service_key`, key);
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
