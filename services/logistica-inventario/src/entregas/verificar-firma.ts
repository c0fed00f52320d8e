import type { DeliveryPayload } from '@medisupply/shared/contracts/delivery-payload';
import { AppError } from '@medisupply/shared/http/app-error';
import { headerOfSignature, verifyDelivery } from '@medisupply/shared/security/delivery-signature';
import type { KeySet } from '@medisupply/shared/security/key-set';
import type { Verificacion } from '@medisupply/shared/contracts/vocabulary';
import type { AutorizadorClient } from '../clients/autorizador.client.ts';

export type VerifiedSignature =
  { verificada: Exclude<Verificacion, 'pendiente'>; jti: string } | { verificada: 'pendiente'; jti: null };

const FIRMA_NO_VALIDA = 'firma-no-valida';

const firmaNoValida = () => new AppError(FIRMA_NO_VALIDA, 403, 'Firma no válida');

/** Whether `verificarFirma` refused the signature, and did not fail for another reason. */
export const isFirmaNoValida = (error: unknown): boolean =>
  error instanceof AppError && error.code === FIRMA_NO_VALIDA;

/**
 * Has the signature verified by autorizador, or with its public keys when it cannot answer. An outage is never a
 * refusal: without any key the confirmation is accepted as `pendiente`, and the worker verifies before it applies.
 * @throws AppError 403 when the signature is malformed, forged or expired, or its key never published, out of use or revoked
 */
export async function verificarFirma(
  deps: { autorizador: AutorizadorClient; keySet: KeySet },
  payload: DeliveryPayload,
  firma: string,
  /** When it came in (ms). */
  received: number,
): Promise<VerifiedSignature> {
  const header = headerOfSignature(firma);
  if (!header) throw firmaNoValida();
  const answer = await deps.autorizador.validateSignature(payload, firma);
  if (answer === 'no válida') throw firmaNoValida();
  if (answer === 'válida') return { verificada: 'autorizador', jti: header.jti };

  if (deps.keySet.isEmpty()) return { verificada: 'pendiente', jti: null };
  if (!deps.keySet.findSignatureKey(header.kid)) await deps.keySet.refreshForUnknownKid(header.kid);
  const local = verifyDelivery(firma, payload, deps.keySet.findSignatureKey, { now: received });
  if (!local.valid) throw firmaNoValida();
  return { verificada: 'local', jti: local.jti };
}
