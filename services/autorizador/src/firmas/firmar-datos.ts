import { deliveryPayload } from '@medisupply/shared/contracts/delivery-payload';
import type { DeliveryPayload, SignablePayload } from '@medisupply/shared/contracts/delivery-payload';
import { signDelivery } from '@medisupply/shared/security/delivery-signature';
import type { Container } from '../container.ts';

/**
 * Signs the data of a delivery for the user who asks; a `usuario_id` in the data is overwritten.
 * @throws AppError 429
 */
export async function firmarDatos(
  { claves, firmasEnCurso, now }: Container,
  datos: SignablePayload,
  usuarioId: number,
): Promise<{ payload: DeliveryPayload; firma: string; momento: number }> {
  const payload = deliveryPayload(datos, usuarioId);
  const momento = now();
  const firma = await firmasEnCurso.run(usuarioId, () =>
    signDelivery(payload, claves.signatureKey(), { now: momento }),
  );
  return { payload, firma, momento };
}
