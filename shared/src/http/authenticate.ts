import type { Request } from 'express';
import { unauthorized } from './app-error.ts';
import type { Caller, ServiceCaller, UserCaller } from './caller.ts';

export interface Authenticator {
  /** @throws AppError 401, or 503 while no public key is known */
  authenticate(request: Request): Caller | Promise<Caller>;
}

export interface AuthenticatorParts {
  /** @throws AppError 401, or 503 while no public key is known */
  verifyToken(token: string): UserCaller | Promise<UserCaller>;
  verifyServiceKey?(value: string): ServiceCaller | undefined;
  isRevoked?(usuarioId: number, tokenVersion: number): boolean;
}

/**
 * `Authorization: Bearer <JWT>` for people, `i-api-key: <id>.<secret>` for services. A wrong key is refused even
 * beside a good token, and a header that is sent twice is refused whatever it holds.
 */
export function createAuthenticator(parts: AuthenticatorParts): Authenticator {
  return {
    async authenticate(request) {
      const key = single(request, 'i-api-key');
      const service = key === undefined ? undefined : verifyKey(parts, key);
      const authorization = single(request, 'authorization');
      if (authorization === undefined) {
        if (service) return service;
        throw unauthorized('Falta la cabecera Authorization: Bearer <token>');
      }
      const user = await verifyUser(parts, authorization);
      return service ?? user;
    },
  };
}

function verifyKey(parts: AuthenticatorParts, key: string): ServiceCaller {
  const service = parts.verifyServiceKey?.(key);
  if (!service) throw unauthorized('Clave de servicio no válida');
  return service;
}

async function verifyUser(parts: AuthenticatorParts, authorization: string): Promise<UserCaller> {
  const [scheme, token, ...rest] = authorization.split(' ');
  if (scheme?.toLowerCase() !== 'bearer' || !token || rest.length > 0) {
    throw unauthorized('Authorization debe ser Bearer <token>');
  }
  const user = await parts.verifyToken(token);
  if (parts.isRevoked?.(user.usuario_id, user.token_version)) {
    throw unauthorized('La sesión ya no es válida; inicie sesión de nuevo');
  }
  return user;
}

function single(request: Request, name: string): string | undefined {
  const values = request.headersDistinct[name];
  if (values && values.length > 1) throw unauthorized(`La cabecera ${name} está repetida`);
  return values?.[0];
}
