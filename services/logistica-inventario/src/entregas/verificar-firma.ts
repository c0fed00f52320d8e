import type { DeliveryPayload } from '@medisupply/shared/contracts/delivery-payload';
import { AppError } from '@medisupply/shared/http/app-error';
import { headerOfSignature, verifyDelivery } from '@medisupply/shared/security/delivery-signature';
import type { KeySet } from '@medisupply/shared/security/key-set';

export type VerifiedSignature = { verificada: 'local'; jti: string } | { verificada: 'pendiente'; jti: null };

const FIRMA_NO_VALIDA = 'firma-no-valida';

const firmaNoValida = () => new AppError(FIRMA_NO_VALIDA, 403, 'Firma no válida');

/** Whether `verificarFirma` refused the signature, and did not fail for another reason. */
export const isFirmaNoValida = (error: unknown): boolean =>
  error instanceof AppError && error.code === FIRMA_NO_VALIDA;

/**
 * Verifies the signature with autorizador's public keys, and asks autorizador only for a key that is not known yet. An
 * outage is never a refusal: without any key the confirmation is accepted as `pendiente`, and the worker verifies before
 * it applies.
 * @throws AppError 403 when the signature is malformed, forged or expired, or its key never published, out of use or revoked
 */
export async function verificarFirma(
  { keySet }: { keySet: KeySet },
  payload: DeliveryPayload,
  firma: string,
  /** When it came in (ms). */
  received: number,
): Promise<VerifiedSignature> {
  const header = headerOfSignature(firma);
  if (!header) throw firmaNoValida();
  if (!keySet.findSignatureKey(header.kid)) await keySet.refreshForUnknownKid(header.kid);
  if (keySet.isEmpty()) return { verificada: 'pendiente', jti: null };
  const { findSignatureKey } = keySet;
  const verification = verifyDelivery(firma, payload, findSignatureKey, { now: received });
  if (!verification.valid) throw firmaNoValida();
  return { verificada: 'local', jti: verification.jti };
}
