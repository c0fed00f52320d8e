import { randomBytes } from 'node:crypto';
import { sha256Hex } from '@medisupply/shared/security/canonical-json';

/** A refresh token not used for so long is dead. */
export const REFRESH_TOKEN_MS = 7 * 24 * 3_600_000;
/** After so long a person logs in again, however often the session was refreshed. */
export const SESION_MS = 30 * 24 * 3_600_000;

/** 256 random bits; only the hash is stored. */
export function newRefreshToken(): { token: string; hash: string } {
  const token = randomBytes(32).toString('base64url');
  return { token, hash: sha256Hex(token) };
}

export const hashOfRefreshToken = (token: string): string => sha256Hex(token);
