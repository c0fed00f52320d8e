/**
 * What to do when a key was stolen: a new `actual` and a new `siguiente`, as whoever has one key file has both. The
 * processes follow while they run.
 */
import { newSignatureKey, newTokenKey } from './key-files.ts';
import type { StoredKey } from './key-files.ts';
import type { RotationReport } from './rotate-keys.ts';
import { changeSignatureKeys, changeTokenKeys, isStillRefused } from './rotate-keys.ts';

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

function retire<K extends StoredKey>(key: K, revoked: number): K {
  const { d: _private, ...kept } = key;
  // What it signed last has expired: revoking it would only make old deliveries look doubtful.
  const isOver = key.exp !== undefined && key.exp <= revoked;
  return { ...(kept as K), state: 'retirada', ...(isOver ? {} : { revoked: key.revoked ?? revoked }) };
}
