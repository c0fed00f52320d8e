import { deliveryPayload } from '@medisupply/shared/contracts/delivery-payload';
import type { DeliveryPayload, SignablePayload } from '@medisupply/shared/contracts/delivery-payload';
import { badRequest } from '@medisupply/shared/http/app-error';
import type { Caller } from '@medisupply/shared/http/caller';
import { verifyDelivery } from '@medisupply/shared/security/delivery-signature';
import type { DeliveryVerification } from '@medisupply/shared/security/delivery-signature';
import type { Container } from '../container.ts';

/**
 * Verifies a signature over the data. A person may leave out `usuario_id`: it is then their own.
 * @throws AppError 400 when a service leaves out `usuario_id`
 */
export function validarFirma(
  { keySet, now }: Container,
  datos: SignablePayload,
  firma: string,
  caller: Caller,
): { payload: DeliveryPayload; verification: DeliveryVerification; momento: number } {
  const usuarioId = datos.usuario_id ?? (caller.kind === 'user' ? caller.usuario_id : undefined);
  if (usuarioId === undefined) {
    throw badRequest('Datos no válidos: payload.usuario_id: Campo obligatorio', {
      errors: [{ path: 'body.payload.usuario_id', message: 'Campo obligatorio' }],
    });
  }
  const payload = deliveryPayload(datos, usuarioId);
  const momento = now();
  return {
    payload,
    verification: verifyDelivery(firma, payload, keySet.findSignatureKey, { now: momento }),
    momento,
  };
}
