/** Who makes a request: a person with an access token, or a service with its key. */
import type { Rol, Scope } from '../contracts/vocabulary.ts';

export interface UserCaller {
  kind: 'user';
  usuario_id: number;
  nombre: string;
  roles: readonly Rol[];
  token_version: number;
  jti: string;
  /** Seconds since the epoch. */
  exp: number;
}

export interface ServiceCaller {
  kind: 'service';
  id: string;
  scopes: readonly string[];
}

export type Caller = UserCaller | ServiceCaller;

export const isAdmin = (caller: Caller): boolean => caller.kind === 'user' && caller.roles.includes('Admin');

export const hasScope = (caller: Caller, scope: Scope): boolean =>
  caller.kind === 'service' && caller.scopes.includes(scope);

/** What `creada_por` columns hold: `usuario:7`, `servicio:worker`. */
export const callerName = (caller: Caller): string =>
  caller.kind === 'user' ? `usuario:${caller.usuario_id}` : `servicio:${caller.id}`;
