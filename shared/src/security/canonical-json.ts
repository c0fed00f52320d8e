import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { badRequest } from '../http/app-error.ts';

/**
 * The RFC 8785 (JCS) form of a JSON value: one byte sequence per value, whatever the order of its members.
 * Members that are `undefined` are left out, as in `JSON.stringify`.
 * @throws AppError 400 for what has no such form: lone surrogates, NaN, infinities, bigints, cycles, undefined.
 */
export function canonicalText(value: unknown): string {
  let text: string | undefined;
  try {
    text = canonicalize(value);
  } catch (cause) {
    throw badRequest('El contenido no se puede representar como JSON canónico', { cause });
  }
  if (text === undefined) throw badRequest('El contenido no se puede representar como JSON canónico');
  return text;
}

/** `canonicalText` in UTF-8: what gets signed, authenticated and hashed. */
export const canonicalBytes = (value: unknown): Buffer => Buffer.from(canonicalText(value), 'utf8');

/** Whether a parsed JSON value is an object. */
export const isJsonObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** SHA-256 as 64 lower-case hexadecimal digits; text is hashed as UTF-8. */
export const sha256Hex = (content: string | Uint8Array): string =>
  createHash('sha256').update(content).digest('hex');
