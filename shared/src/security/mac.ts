import { createHmac, timingSafeEqual } from 'node:crypto';

/** HMAC-SHA-256, base64url. */
export const macOf = (key: string, content: string | Uint8Array): string =>
  createHmac('sha256', key).update(content).digest('base64url');

/** Takes the same time for every wrong one. */
export function isMacOf(given: unknown, key: string, content: string | Uint8Array): boolean {
  if (typeof given !== 'string') return false;
  const [presented, expected] = [Buffer.from(given), Buffer.from(macOf(key, content))];
  return presented.length === expected.length && timingSafeEqual(presented, expected);
}
