import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from '../terminal/user-error.ts';

export interface Gateway {
  /** @throws UserError with what the platform said, unless it answered 2xx */
  call(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Record<string, unknown>>;
  /** The same platform, as somebody else. */
  as(token: string): Gateway;
}

/** A limit per minute passes within it. */
const PATIENCE_MS = 90_000;
const ANSWER_MS = 15_000;

/** @param base without a slash at the end */
export const gatewayAt = (base: string, token?: string): Gateway => ({
  as: (other) => gatewayAt(base, other),
  async call(method, path, body) {
    const givesUp = Date.now() + PATIENCE_MS;
    for (;;) {
      const response = await fetch(`${base}/api/v1${path}`, {
        method,
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(ANSWER_MS),
      }).catch((error: unknown) => {
        throw new UserError(`La plataforma no responde en ${base}; arránquela con npm start`, {
          cause: error,
        });
      });
      const answer = (await response.json().catch(() => ({}))) as Record<string, unknown>;
      if (response.ok) return answer;
      const again = [429, 503].includes(response.status) && Date.now() < givesUp;
      if (!again)
        throw new UserError(`${method} ${path} respondió ${response.status}: ${String(answer['detail'])}`);
      await delay(1_000 * Number(response.headers.get('retry-after') ?? 1));
    }
  },
});
