import { randomBytes } from 'node:crypto';

const POOL_BYTES = 4_096;
let pool = Buffer.alloc(0);

/** `randomBytes` for a few at a time, very often: asking the system for 12 bytes costs as much as for these. */
export function fewRandomBytes(size: number): Buffer {
  if (pool.length < size) pool = randomBytes(POOL_BYTES);
  const taken = pool.subarray(0, size);
  // Given once: what was taken is never filled again.
  pool = pool.subarray(size);
  return taken;
}
