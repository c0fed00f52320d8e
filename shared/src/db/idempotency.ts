import { AppError } from '../http/app-error.ts';
import type { IdempotencyKey } from '../http/idempotency.ts';
import type { Reply } from '../http/reply.ts';
import type { HashSeal } from '../security/hash-seal.ts';
import type { Tx } from './unit-of-work.ts';

export interface IdempotencyTable {
  clave: string;
  /** Sealed; plain as older versions stored it, until it has been sealed. */
  huella: string;
  status: number;
  respuesta: string;
  /** ms UTC */
  creada: number;
}

/** How long an answer is kept (ms). */
export const IDEMPOTENCY_RETENTION = 24 * 3_600_000;

/**
 * Runs `effect` at most once per key, inside the caller's transaction: the answer is stored with the effect or not
 * at all, so a request is never left "still running" — a second one waits for the first's commit and gets its answer.
 * @throws AppError 422 when the key was used with another body
 */
export async function once(
  tx: Tx<{ idempotencia: IdempotencyTable }>,
  hashSeal: HashSeal,
  key: IdempotencyKey | undefined,
  effect: () => Promise<Reply>,
  now = Date.now(),
): Promise<Reply> {
  if (!key) return effect();
  const { clave } = key;
  const [huella, plain] = hashSeal.formsOf(key.huella);
  const stored = await tx
    .selectFrom('idempotencia')
    .selectAll()
    .where('clave', '=', clave)
    .executeTakeFirst();
  if (stored && stored.creada > now - IDEMPOTENCY_RETENTION) {
    if (stored.huella !== huella && stored.huella !== plain) {
      throw new AppError('clave-reutilizada', 422, 'La Idempotency-Key ya se usó con otro cuerpo');
    }
    return {
      status: stored.status,
      body: JSON.parse(stored.respuesta),
      headers: { 'Idempotent-Replayed': 'true' },
    };
  }
  const result = await effect();
  const answer = { huella, status: result.status, respuesta: JSON.stringify(result.body), creada: now };
  await tx
    .insertInto('idempotencia')
    .values({ clave, ...answer })
    .onConflict((conflict) => conflict.column('clave').doUpdateSet(answer))
    .execute();
  return result;
}
