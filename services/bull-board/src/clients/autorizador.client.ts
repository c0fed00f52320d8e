import { Agent, fetch } from 'undici';
import { z } from 'zod';
import type { Login } from '@medisupply/shared/contracts/autorizador';
import { loginResponse } from '@medisupply/shared/contracts/autorizador';
import { readLimited } from '@medisupply/shared/http/read-answer';

/** No more than is needed of it, which the versions before and after this one answer too. */
const opened = loginResponse.pick({ token: true, refresh_token: true, cambiar_contrasena: true });

/** Passwords take their time to check, and wait their turn. */
const TIMEOUT_MS = 5_000;
const MAX_ANSWER = 64 * 1024;

export type RespuestaLogin =
  | { outcome: 'accepted'; token: string; refresh_token: string | undefined }
  | { outcome: 'refused' }
  /** The password was right, and lets nobody in yet: the text says why. */
  | { outcome: 'not_yet'; detail: string }
  | { outcome: 'too_many'; retryAfter: number }
  | { outcome: 'unavailable' };

export interface AutorizadorClient {
  /** `address`: whose attempts autorizador counts. Never rejects. */
  login(credentials: Login, address: string): Promise<RespuestaLogin>;
  /** Ends the session that `login` opened there, of which only the access token was wanted. Never rejects. */
  logout(refreshToken: string): Promise<void>;
  close(): Promise<void>;
}

/** `sourceAddress`: by which autorizador knows that it may believe whose attempts these are. */
export function createAutorizadorClient(baseUrl: string, sourceAddress?: string): AutorizadorClient {
  const dispatcher = new Agent(sourceAddress === undefined ? {} : { localAddress: sourceAddress });
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(new URL(path, baseUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
      body: JSON.stringify(body),
      redirect: 'error',
      dispatcher,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });

  return {
    async login(credentials, address) {
      try {
        const response = await post('/login', credentials, { 'x-forwarded-for': address });
        const text = response.body ? await readLimited(response.body, MAX_ANSWER) : '';
        if (response.status === 400 || response.status === 401) return { outcome: 'refused' };
        if (response.status === 403)
          return { outcome: 'not_yet', detail: problem.parse(JSON.parse(text)).detail };
        if (response.status === 429)
          return { outcome: 'too_many', retryAfter: retryAfterOf(response.headers.get('retry-after')) };
        if (response.status !== 200) return { outcome: 'unavailable' };
        const { token, refresh_token, cambiar_contrasena } = opened.parse(JSON.parse(text));
        if (cambiar_contrasena)
          return { outcome: 'not_yet', detail: 'Elija primero una contraseña nueva en la aplicación web' };
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

    close: () => dispatcher.destroy(),
  };
}

const problem = z.object({ detail: z.string() });

const retryAfterOf = (value: string | null): number =>
  z.coerce.number().int().min(1).max(86_400).catch(60).parse(value);
