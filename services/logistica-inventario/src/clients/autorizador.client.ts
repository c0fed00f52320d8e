import type { DeliveryPayload } from '@medisupply/shared/contracts/delivery-payload';
import type { ServiceClient } from '@medisupply/shared/http/service-client';

export type SignatureAnswer = 'válida' | 'no válida' | 'sin respuesta';

export interface AutorizadorClient {
  /** `sin respuesta` covers everything that is neither a clear yes nor a clear no. */
  validateSignature(payload: DeliveryPayload, firma: string): Promise<SignatureAnswer>;
}

export function createAutorizadorClient(client: ServiceClient): AutorizadorClient {
  return {
    async validateSignature(payload, firma) {
      const answer = await client.post('/validate-signature', { payload, firma });
      if (!answer.ok || answer.status !== 200) return 'sin respuesta';
      // Strictly a boolean: "true" is an answer of something that is not autorizador.
      if (answer.body['firma_valida'] === true) return 'válida';
      return answer.body['firma_valida'] === false ? 'no válida' : 'sin respuesta';
    },
  };
}
