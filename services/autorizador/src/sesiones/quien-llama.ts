import { AppError } from '@medisupply/shared/http/app-error';
import type { Authenticator, AuthenticatorParts } from '@medisupply/shared/http/authenticate';
import { createAuthenticator } from '@medisupply/shared/http/authenticate';
import type { AccessTokenVerifier } from '@medisupply/shared/security/access-token';

export const CAMBIO_PATH = '/contrasena';

/** As everywhere, and for a change of password also whoever came in with a one-time password. */
export function createQuienLlama(parts: AuthenticatorParts, cambios: AccessTokenVerifier): Authenticator {
  const usual = createAuthenticator(parts);
  const alsoCambios = createAuthenticator({
    ...parts,
    async verifyToken(token) {
      try {
        return await parts.verifyToken(token);
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        return cambios.verify(token);
      }
    },
  });
  return {
    authenticate: (request) => (request.path === CAMBIO_PATH ? alsoCambios : usual).authenticate(request),
  };
}
