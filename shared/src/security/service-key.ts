import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { SecretSource } from '../config/load-config.ts';
import type { ServiceCaller } from '../http/caller.ts';
import type { Logger } from '../logging/logger.ts';
import { sha256Hex } from './canonical-json.ts';
import { followSecret } from './secret-file.ts';

/**
 * `service_keys.json`: whom a verifier accepts. A service key is `<id>.<secret>` (256 random bits); the hashes
 * are of the whole key. Two hashes are live while a key is being rotated, the newest last.
 */
export const serviceKeyRecords = z.array(
  z.strictObject({
    id: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/),
    scopes: z.array(z.string().min(1)).min(1),
    sha256: z
      .array(z.string().regex(/^[0-9a-f]{64}$/))
      .min(1)
      .max(2),
  }),
);

export type ServiceKeyRecord = z.infer<typeof serviceKeyRecords>[number];

export interface ServiceKeyVerifier {
  /** Takes the value of `i-api-key` as it came; undefined for anything but a live key. */
  verify: (headerValue: unknown) => ServiceCaller | undefined;
}

const KEY = /^([a-z][a-z0-9-]{0,31})\.[A-Za-z0-9_-]{43}$/;
/** Compared in the place of hashes that do not exist; no key is known to hash to it. */
const NO_HASH = Buffer.alloc(32);

/**
 * Fails closed: without records nothing is accepted. Known and unknown ids cost the same work.
 * @throws Error when the records are malformed or name an id twice.
 */
export function createServiceKeyVerifier(records: readonly ServiceKeyRecord[]): ServiceKeyVerifier {
  const callers = new Map<string, { caller: ServiceCaller; hashes: readonly [Buffer, Buffer] }>();
  for (const { id, scopes, sha256 } of serviceKeyRecords.parse(records)) {
    if (callers.has(id)) throw new Error(`service_keys.json: ${id} está repetido`);
    const [first = NO_HASH, second = NO_HASH] = sha256.map((hash) => Buffer.from(hash, 'hex'));
    callers.set(id, { caller: { kind: 'service', id, scopes }, hashes: [first, second] });
  }

  return {
    verify(headerValue) {
      if (typeof headerValue !== 'string' || headerValue.length > 128) return undefined;
      const id = KEY.exec(headerValue)?.[1];
      const known = id === undefined ? undefined : callers.get(id);
      const [first, second] = known?.hashes ?? [NO_HASH, NO_HASH];
      const presented = createHash('sha256').update(headerValue).digest();
      const matchesFirst = timingSafeEqual(presented, first);
      const matchesSecond = timingSafeEqual(presented, second);
      return known && (matchesFirst || matchesSecond) ? known.caller : undefined;
    },
  };
}

/** The verifier of a process that goes on running while keys are rotated and revoked. */
export function followServiceKeys(
  source: SecretSource<readonly ServiceKeyRecord[]>,
  logger: Pick<Logger, 'info' | 'warn'>,
  onChange: () => void = () => {},
): ServiceKeyVerifier & { look: () => void } {
  let verifier: ServiceKeyVerifier | undefined;
  const file = followSecret(source, createServiceKeyVerifier, logger);
  const latest = (): ServiceKeyVerifier => {
    const before = verifier;
    verifier = file.current();
    if (before && before !== verifier) onChange();
    return verifier;
  };
  return { verify: (headerValue) => latest().verify(headerValue), look: () => void latest() };
}

/** A new key in clear, for the one who uses it, and its hash, for those who verify it. */
export function generateServiceKey(id: string): { key: string; sha256: string } {
  const key = `${id}.${randomBytes(32).toString('base64url')}`;
  return { key, sha256: sha256Hex(key) };
}
