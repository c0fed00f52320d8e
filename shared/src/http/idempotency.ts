import type { Request } from 'express';
import { canonicalBytes, sha256Hex } from '../security/canonical-json.ts';
import { badRequest } from './app-error.ts';
import type { Caller } from './caller.ts';
import { callerName } from './caller.ts';

/** `Idempotency-Key` with what it is scoped to, and the fingerprint of the body it was first used with. */
export interface IdempotencyKey {
  /** SHA-256 over caller, method, route with its parameters, and key. */
  clave: string;
  /** SHA-256 of the body's canonical form. */
  huella: string;
}

const KEY = /^[\u0021-\u007e]{1,128}$/;

/** `path` is the route's own spelling: what counts as the same route to Express is the same to a key. */
export function readIdempotencyKey(
  request: Request,
  caller: Caller,
  path: string,
): IdempotencyKey | undefined {
  const key = request.get('idempotency-key');
  if (key === undefined) return undefined;
  if (!KEY.test(key)) throw badRequest('Idempotency-Key debe tener de 1 a 128 caracteres ASCII visibles');
  return {
    clave: sha256Hex([callerName(caller), request.method, path, key].join('\n')),
    huella: sha256Hex(canonicalBytes(request.body ?? null)),
  };
}
