import { z } from 'zod';
import type { Login } from '@medisupply/shared/contracts/autorizador';
import { loginResponse } from '@medisupply/shared/contracts/autorizador';
import { readLimited } from '@medisupply/shared/http/read-answer';

/** Passwords take their time to check, and wait their turn. */
const TIMEOUT_MS = 5_000;
const MAX_ANSWER = 64 * 1024;

export type RespuestaLogin =
  | { outcome: 'accepted'; token: string; refresh_token: string | undefined }
  | { outcome: 'refused' }
  | { outcome: 'too_many'; retryAfter: number }
  | { outcome: 'unavailable' };

export interface AutorizadorClient {
  /** `address`: whose attempts autorizador counts. Never rejects. */
  login(credentials: Login, address: string): Promise<RespuestaLogin>;
  /** Ends the session that `login` opened there, of which only the access token was wanted. Never rejects. */
  logout(refreshToken: string): Promise<void>;
}

export function createAutorizadorClient(baseUrl: string): AutorizadorClient {
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(new URL(path, baseUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
      body: JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });

  return {
    async login(credentials, address) {
      try {
        const response = await post('/login', credentials, { 'x-forwarded-for': address });
        const text = response.body ? await readLimited(response.body, MAX_ANSWER) : '';
        if (response.status === 400 || response.status === 401) return { outcome: 'refused' };
        if (response.status === 429)
          return { outcome: 'too_many', retryAfter: retryAfterOf(response.headers.get('retry-after')) };
        if (response.status !== 200) return { outcome: 'unavailable' };
        const { token, refresh_token } = loginResponse.parse(JSON.parse(text));
        return { outcome: 'accepted', token, refresh_token };
      } catch {
        return { outcome: 'unavailable' };
      }
    },

    async logout(refreshToken) {
      try {
        const response = await post('/logout', { refresh_token: refreshToken });
        await response.body?.cancel();
      } catch {
        // It expires there by itself.
      }
    },
  };
}

const retryAfterOf = (value: string | null): number =>
  z.coerce.number().int().min(1).max(86_400).catch(60).parse(value);
