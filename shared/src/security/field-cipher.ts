import { createCipheriv, createDecipheriv, createSecretKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import type { SecretSource } from '../config/load-config.ts';
import { AppError } from '../http/app-error.ts';
import type { Logger } from '../logging/logger.ts';
import { decodeBase64url } from './base64url.ts';
import { fewRandomBytes } from './random-pool.ts';
import { followSecret } from './secret-file.ts';

/**
 * Encryption of single columns: AES-256-GCM, written `v1:<kid>:<iv>:<ciphertext>:<tag>`, the last three in
 * base64url. The additional authenticated data binds a value to its table, column and row, so that a value
 * copied into another row does not decrypt.
 */
export interface FieldCipher {
  /** kid that `encrypt` uses. */
  readonly actual: string;
  /** Text is encrypted as UTF-8. */
  encrypt(plain: string | Uint8Array, aad: string): string;
  /** @throws AppError 500 `dato-ilegible`: unknown key, changed value, or a value of another place. Never a pass-through. */
  decrypt(cipher: string, aad: string): string;
  /** The same of what is no text. */
  decryptBytes(cipher: string, aad: string): Buffer;
  /** The key a stored value was written with; tells which rows a re-encryption still has to visit. */
  kidOf(cipher: string): string;
}

/** `field_keys.json`. Every key in `keys` decrypts; `siguiente` is already everywhere before it becomes `actual`. */
export const fieldKeyRing = z.strictObject({
  actual: z.string(),
  siguiente: z.string().optional(),
  keys: z.record(
    z.string().regex(/^[A-Za-z0-9_-]{1,32}$/, { error: 'kid no válido' }),
    z.string().regex(/^[A-Za-z0-9_-]{43}$/, { error: 'La clave debe ser de 32 bytes en base64url' }),
  ),
});

export type FieldKeyRing = z.infer<typeof fieldKeyRing>;

/** Additional data for a column of a row: `entrega|direccion|12`. */
export const fieldAad = (table: string, column: string, id: number | string): string =>
  `${table}|${column}|${id}`;

const VERSION = 'v1';
const PREFIX = `${VERSION}:`;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** @throws Error when the ring is malformed or lacks its own `actual` key: a fault of the installation. */
export function createFieldCipher(ring: FieldKeyRing): FieldCipher {
  const { actual, keys } = fieldKeyRing.parse(ring);
  const keyObjects = new Map<string, KeyObject>();
  for (const [kid, encoded] of Object.entries(keys)) {
    const bytes = decodeBase64url(encoded);
    if (bytes?.length !== 32) throw new Error(`field_keys.json: la clave ${kid} no tiene 32 bytes`);
    keyObjects.set(kid, createSecretKey(bytes));
  }
  const actualKey = keyObjects.get(actual);
  if (!actualKey) throw new Error(`field_keys.json: falta la clave actual ${actual}`);

  function decryptBytes(stored: string, aad: string): Buffer {
    const { kid, iv, body, tag } = split(stored);
    const key = keyObjects.get(kid);
    if (!key) throw unreadable(`no se conoce la clave ${kid}`);
    const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(aad, 'utf8'));
    decipher.setAuthTag(tag);
    try {
      return Buffer.concat([decipher.update(body), decipher.final()]);
    } catch (cause) {
      throw unreadable('no corresponde a su clave o a su lugar', cause);
    }
  }

  return {
    actual,
    encrypt(plain, aad) {
      const iv = fewRandomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', actualKey, iv, { authTagLength: TAG_BYTES });
      cipher.setAAD(Buffer.from(aad, 'utf8'));
      const body = Buffer.concat([
        cipher.update(typeof plain === 'string' ? Buffer.from(plain, 'utf8') : plain),
        cipher.final(),
      ]);
      return [
        VERSION,
        actual,
        ...[iv, body, cipher.getAuthTag()].map((part) => part.toString('base64url')),
      ].join(':');
    },
    decrypt: (stored, aad) => decryptBytes(stored, aad).toString('utf8'),
    decryptBytes,
    kidOf: (stored) => split(stored).kid,
  };
}

/** Of a column that older versions wrote in clear: whether a value is encrypted. */
export const isCiphertext = (stored: string): boolean => stored.startsWith(PREFIX);

/** The cipher of a process that goes on running while `npm run keys` changes the ring. */
export function followFieldCipher(
  source: SecretSource<FieldKeyRing>,
  logger: Pick<Logger, 'info' | 'warn'>,
): FieldCipher {
  const { current } = followSecret(source, createFieldCipher, logger);
  return {
    get actual() {
      return current().actual;
    },
    encrypt: (plain, aad) => current().encrypt(plain, aad),
    decrypt: (stored, aad) => current().decrypt(stored, aad),
    decryptBytes: (stored, aad) => current().decryptBytes(stored, aad),
    kidOf: (stored) => current().kidOf(stored),
  };
}

function split(stored: string) {
  const [version, kid, ...encoded] = stored.split(':');
  const [iv, body, tag] = encoded.map(decodeBase64url);
  if (version !== VERSION || !kid || encoded.length !== 3 || !iv || !body || !tag) {
    throw unreadable('no tiene el formato v1');
  }
  if (iv.length !== IV_BYTES || tag.length !== TAG_BYTES) throw unreadable('no tiene el formato v1');
  return { kid, iv, body, tag };
}

const unreadable = (reason: string, cause?: unknown) =>
  new AppError('dato-ilegible', 500, `Un dato cifrado no se puede leer: ${reason}`, { cause });
