import type { Request } from 'express';
import type { Tx } from '../db/unit-of-work.ts';
import { canonicalBytes, sha256Hex } from '../security/canonical-json.ts';
import { AppError, badRequest } from './app-error.ts';
import type { Caller } from './caller.ts';
import { callerName } from './caller.ts';
import type { Reply } from './route.ts';

/** `Idempotency-Key` with what it is scoped to, and the fingerprint of the body it was first used with. */
export interface IdempotencyKey {
  /** SHA-256 over caller, method, path and key. */
  clave: string;
  /** SHA-256 of the body's canonical form. */
  huella: string;
}

export interface IdempotencyTable {
  clave: string;
  huella: string;
  status: number;
  respuesta: string;
  /** ms UTC */
  creada: number;
}

/** How long an answer is kept (ms). */
export const IDEMPOTENCY_RETENTION = 24 * 3_600_000;

const KEY = /^[\u0021-\u007e]{1,128}$/;

export function readIdempotencyKey(request: Request, caller: Caller): IdempotencyKey | undefined {
  const key = request.get('idempotency-key');
  if (key === undefined) return undefined;
  if (!KEY.test(key)) throw badRequest('Idempotency-Key debe tener de 1 a 128 caracteres ASCII visibles');
  return {
    clave: sha256Hex([callerName(caller), request.method, request.path, key].join('\n')),
    huella: sha256Hex(canonicalBytes(request.body ?? null)),
  };
}

/**
 * Runs `effect` at most once per key, inside the caller's transaction: the answer is stored with the effect or not
 * at all, so a request is never left "still running" — a second one waits for the first's commit and gets its answer.
 * @throws AppError 422 when the key was used with another body
 */
export async function once(
  tx: Tx<{ idempotencia: IdempotencyTable }>,
  key: IdempotencyKey | undefined,
  effect: () => Promise<Reply>,
  now = Date.now(),
): Promise<Reply> {
  if (!key) return effect();
  const stored = await tx
    .selectFrom('idempotencia')
    .selectAll()
    .where('clave', '=', key.clave)
    .executeTakeFirst();
  if (stored && stored.creada > now - IDEMPOTENCY_RETENTION) {
    if (stored.huella !== key.huella) {
      throw new AppError('clave-reutilizada', 422, 'La Idempotency-Key ya se usó con otro cuerpo');
    }
    return {
      status: stored.status,
      body: JSON.parse(stored.respuesta),
      headers: { 'Idempotent-Replayed': 'true' },
    };
  }
  const result = await effect();
  await tx
    .replaceInto('idempotencia')
    .values({ ...key, status: result.status, respuesta: JSON.stringify(result.body), creada: now })
    .execute();
  return result;
}
