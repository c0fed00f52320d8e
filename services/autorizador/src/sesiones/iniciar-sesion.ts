import { randomUUID } from 'node:crypto';
import { AppError, unauthorized } from '@medisupply/shared/http/app-error';
import type { Login } from '@medisupply/shared/contracts/autorizador';
import { CHANGE_TOKEN_TYP, issueAccessToken } from '@medisupply/shared/security/access-token';
import type { Container } from '../container.ts';
import { findUsuario, findUsuarioByNombre, updateContrasenaHash } from '../usuarios/usuarios.repository.ts';
import type { UsuarioGuardado } from '../usuarios/usuarios.repository.ts';
import { newRefreshToken, REFRESH_TOKEN_MS, SESION_MS } from './refresh-token.ts';
import { sessionOver } from './sesion-terminada.ts';
import { insertRefreshToken, insertSesion } from './sesiones.repository.ts';

export interface Tokens {
  token: string;
  /** Seconds until `token` expires. */
  expira_en: number;
  refresh_token: string;
  /** When `refresh_token` expires, ms UTC. */
  refresh_expira: number;
}

/** A token of 15 minutes with which another password can be chosen, and nothing else done. */
export interface TokenDeCambio {
  cambiar_contrasena: true;
  token: string;
  expira_en: number;
}

/**
 * Logs in. An unknown user, a bad password and a deactivated user get the same answer after the same work.
 * @throws AppError 401, 403 (not yet approved, or a one-time password that expired), 429 (too many failures), 503 (too
 * many logins at once)
 */
export async function iniciarSesion(
  container: Container,
  login: Login,
  client: { direccion: string; dispositivo: string | undefined },
): Promise<Tokens | TokenDeCambio> {
  const { limites, contrasenas, db } = container;
  const intento = { nombre: login.nombre, ...client };
  await limites.assertAllowed(intento);
  const usuario = await findUsuarioByNombre(db.read, login.nombre);
  // Asked again when its turn comes: attempts that waited together must not all pass on the first answer.
  const matches = await contrasenas.verify(usuario?.contrasena_hash, login.contrasena, () =>
    limites.assertAllowed(intento),
  );
  if (usuario && matches && usuario.pendiente)
    throw new AppError(
      'cuenta-pendiente',
      403,
      'Un administrador debe aprobar su cuenta antes de que pueda entrar',
    );
  if (!usuario || !matches || !usuario.activo) {
    await limites.failed(intento);
    throw unauthorized('Nombre de usuario o contraseña incorrectos');
  }
  await limites.succeeded(intento);
  if (usuario.contrasena_temporal !== null)
    return tokenDeCambio(container, usuario, usuario.contrasena_temporal);
  await rehashIfOutdated(container, usuario, login.contrasena);
  return openSesion(container, usuario);
}

function tokenDeCambio({ claves, now }: Container, usuario: UsuarioGuardado, until: number): TokenDeCambio {
  if (until <= now())
    throw new AppError(
      'contrasena-vencida',
      403,
      'La contraseña de un solo uso venció; pida otra a un administrador',
    );
  const { token, expira_en } = issueAccessToken({ ...usuario, usuario_id: usuario.id }, claves.tokenKey(), {
    now: now(),
    typ: CHANGE_TOKEN_TYP,
  });
  return { cambiar_contrasena: true, token, expira_en };
}

async function rehashIfOutdated(
  container: Container,
  usuario: UsuarioGuardado,
  contrasena: string,
): Promise<void> {
  const { contrasenas, db } = container;
  if (!contrasenas.isOutdated(usuario.contrasena_hash)) return;
  const cambio = { antes: usuario.contrasena_hash, contrasena_hash: await contrasenas.hash(contrasena) };
  await db.unitOfWork.write((tx) => updateContrasenaHash(tx, usuario.id, cambio));
}

export async function openSesion({ db, claves, now }: Container, usuario: UsuarioGuardado): Promise<Tokens> {
  const ahora = now();
  const sesion = { id: randomUUID(), usuario_id: usuario.id, creada: ahora, expira: ahora + SESION_MS };
  const refresh = newRefreshToken();
  const refresh_expira = ahora + REFRESH_TOKEN_MS;
  await db.unitOfWork.write(async (tx) => {
    const current = await findUsuario(tx, usuario.id);
    if (!current?.activo || current.token_version !== usuario.token_version) throw sessionOver();
    await insertSesion(tx, sesion);
    await insertRefreshToken(tx, { hash: refresh.hash, sesion_id: sesion.id, expira: refresh_expira });
  });
  const { token, expira_en } = issueAccessToken({ ...usuario, usuario_id: usuario.id }, claves.tokenKey(), {
    now: ahora,
  });
  return { token, expira_en, refresh_token: refresh.token, refresh_expira };
}
