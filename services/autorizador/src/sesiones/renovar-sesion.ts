import { issueAccessToken } from '@medisupply/shared/security/access-token';
import type { Tx } from '@medisupply/shared/db/unit-of-work';
import type { Container } from '../container.ts';
import type { AutorizadorTables } from '../tables.ts';
import { findUsuario } from '../usuarios/usuarios.repository.ts';
import type { UsuarioGuardado } from '../usuarios/usuarios.repository.ts';
import type { Tokens } from './iniciar-sesion.ts';
import { hashOfRefreshToken, newRefreshToken, REFRESH_TOKEN_MS } from './refresh-token.ts';
import { closeSesion, findRefreshToken, insertRefreshToken, markUsado } from './sesiones.repository.ts';
import { sessionOver } from './sesion-terminada.ts';
import type { RefreshTokenGuardado } from './sesiones.repository.ts';

/**
 * Exchanges a refresh token for a new one and a new access token, with the user's roles of now.
 * @throws AppError 401; a token that was already exchanged closes its session, because two parties hold it
 */
export async function renovarSesion(container: Container, presented: string | undefined): Promise<Tokens> {
  const { db, claves, now } = container;
  const ahora = now();
  const next = newRefreshToken();
  const renewed = await db.unitOfWork.write(async (tx) => {
    const stored = await takeRefreshToken(tx, presented, ahora);
    if (!stored) return undefined;
    const refresh_expira = Math.min(ahora + REFRESH_TOKEN_MS, stored.token.sesion_expira);
    await insertRefreshToken(tx, {
      hash: next.hash,
      sesion_id: stored.token.sesion_id,
      expira: refresh_expira,
    });
    return { usuario: stored.usuario, refresh_expira };
  });
  if (!renewed) throw sessionOver();
  const { usuario, refresh_expira } = renewed;
  const { token, expira_en } = issueAccessToken({ ...usuario, usuario_id: usuario.id }, claves.tokenKey(), {
    now: ahora,
  });
  return { token, expira_en, refresh_token: next.token, refresh_expira };
}

/**
 * Uses up a refresh token. Undefined when it is not worth anything; what that implies (closing the session of a reused
 * one) must be committed, so it is not thrown here.
 */
export async function takeRefreshToken(
  tx: Tx<AutorizadorTables>,
  presented: string | undefined,
  ahora: number,
): Promise<{ token: RefreshTokenGuardado; usuario: UsuarioGuardado } | undefined> {
  if (presented === undefined) return undefined;
  const token = await findRefreshToken(tx, hashOfRefreshToken(presented));
  if (!token || token.cerrada !== null) return undefined;
  const usuario = await findUsuario(tx, token.usuario_id);
  if (token.usado !== null || !usuario?.activo) {
    await closeSesion(tx, token.sesion_id, ahora);
    return undefined;
  }
  if (token.expira <= ahora) return undefined;
  await markUsado(tx, token.hash, ahora);
  return { token, usuario };
}
