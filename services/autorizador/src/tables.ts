/**
 * autorizador.db. Times are integer ms UTC.
 *
 * usuario        who may log in
 * sesion         one login and all refresh tokens that came from it (a "family")
 * refresh_token  stored hashed; a used one that comes back closes its sesion
 */
import type { Generated } from 'kysely';

export interface UsuarioTable {
  id: Generated<number>;
  /** As written at signup. */
  nombre: string;
  /** What makes the name unique, see nombre-de-usuario.ts. */
  nombre_clave: string;
  /** What it looks like, unique too; NULL for a user whose name looked like an earlier one's before that was refused. */
  nombre_aspecto: string | null;
  /** argon2id, PHC string */
  contrasena_hash: string;
  /** JSON array of roles */
  roles: string;
  activo: 0 | 1;
  /** Access tokens of a lower version are refused. */
  token_version: number;
  creado: number;
  actualizado: number;
  /** When `token_version` last rose. */
  revocado: number | null;
  /** Until when a password that an Admin gave lets its user in, to choose another one; null for a password of one's own. */
  contrasena_temporal: Generated<number | null>;
  /** Signed up and not yet admitted by an Admin (`REGISTRO=aprobado`). */
  pendiente: Generated<0 | 1>;
}

export interface SesionTable {
  /** uuid */
  id: string;
  usuario_id: number;
  creada: number;
  /** However often it is refreshed. */
  expira: number;
  cerrada: number | null;
}

export interface RefreshTokenTable {
  /** SHA-256, hexadecimal */
  hash: string;
  sesion_id: string;
  expira: number;
  usado: number | null;
}

export interface AutorizadorTables {
  usuario: UsuarioTable;
  sesion: SesionTable;
  refresh_token: RefreshTokenTable;
}
