import type { Container } from '../container.ts';
import { raiseTokenVersion } from '../usuarios/usuarios.repository.ts';
import { takeRefreshToken } from './renovar-sesion.ts';
import { sessionOver } from './sesion-terminada.ts';
import { closeSesion, closeSesionesDeUsuario } from './sesiones.repository.ts';

/**
 * Closes the session of a refresh token, or with `todas` every session of its user, whose access tokens are then
 * refused as well.
 * @throws AppError 401
 */
export async function cerrarSesion(
  { db, revocaciones, now }: Container,
  presented: string | undefined,
  options: { todas: boolean },
): Promise<void> {
  const ahora = now();
  const closed = await db.unitOfWork.write(async (tx) => {
    const stored = await takeRefreshToken(tx, presented, ahora);
    if (!stored) return undefined;
    const usuario_id = stored.usuario.id;
    if (!options.todas) {
      await closeSesion(tx, stored.token.sesion_id, ahora);
      return { usuario_id };
    }
    await closeSesionesDeUsuario(tx, usuario_id, ahora);
    return { usuario_id, token_version: await raiseTokenVersion(tx, usuario_id, ahora) };
  });
  if (!closed) throw sessionOver();
  if (closed.token_version !== undefined) {
    revocaciones.publish({ usuario_id: closed.usuario_id, token_version: closed.token_version });
  }
}
