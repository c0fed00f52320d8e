import {
  AppError,
  forbidden,
  tooManyRequests,
  unauthorized,
  unavailable,
} from '@medisupply/shared/http/app-error';
import type { UserCaller } from '@medisupply/shared/http/caller';
import { isAdmin } from '@medisupply/shared/http/caller';
import type { Login } from '@medisupply/shared/contracts/autorizador';
import type { AccessTokenVerifier } from '@medisupply/shared/security/access-token';
import type { Logger } from '@medisupply/shared/logging/logger';
import type { AutorizadorClient } from '../clients/autorizador.client.ts';
import type { Sesiones } from './sesiones.ts';

export interface AccesoDependencies {
  autorizador: AutorizadorClient;
  tokens: AccessTokenVerifier;
  sesiones: Sesiones;
  isRevoked: (usuarioId: number, tokenVersion: number) => boolean;
  logger: Logger;
}

/**
 * Checks the credentials at autorizador and opens a session for an Admin.
 * @returns the value of the session cookie
 * @throws AppError 401 wrong credentials, 403 not an Admin, 429 too many attempts, 503 autorizador does not answer
 */
export async function iniciarSesion(
  deps: AccesoDependencies,
  credentials: Login,
  address: string,
): Promise<string> {
  const answer = await deps.autorizador.login(credentials, address);
  if (answer.outcome === 'refused') throw unauthorized('Nombre de usuario o contraseña incorrectos');
  if (answer.outcome === 'not_yet') throw forbidden(answer.detail);
  if (answer.outcome === 'too_many')
    throw tooManyRequests(`Demasiados intentos fallidos; espere ${answer.retryAfter} s`, answer.retryAfter);
  if (answer.outcome === 'unavailable') throw autorizadorAway();

  // Only the access token was wanted: the session that comes with it is not left open.
  if (answer.refresh_token) await deps.autorizador.logout(answer.refresh_token);
  const caller = await verify(deps, answer.token);
  if (!isAdmin(caller)) {
    deps.logger.warn({ usuario_id: caller.usuario_id }, 'acceso al tablero rechazado: no es Admin');
    throw forbidden('Su cuenta no es de administrador');
  }
  deps.logger.info({ usuario_id: caller.usuario_id }, 'sesión abierta en el tablero');
  return deps.sesiones.abrir(caller);
}

/** A token that autorizador just gave and that does not verify is autorizador's trouble, not the user's. */
async function verify(deps: AccesoDependencies, token: string): Promise<UserCaller> {
  let caller: UserCaller;
  try {
    caller = await deps.tokens.verify(token);
  } catch (error) {
    if (error instanceof AppError) throw autorizadorAway(error);
    throw error;
  }
  if (deps.isRevoked(caller.usuario_id, caller.token_version)) throw autorizadorAway();
  return caller;
}

const autorizadorAway = (cause?: unknown) =>
  unavailable('No se puede comprobar la contraseña en este momento; inténtelo de nuevo', 5, cause);
