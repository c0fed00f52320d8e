import { AppError, badRequest } from '@medisupply/shared/http/app-error';
import type { CambioDeContrasena } from '@medisupply/shared/contracts/autorizador';
import type { Container } from '../container.ts';
import { assertNotCommon } from '../usuarios/elegir-contrasena.ts';
import { findUsuario, setContrasena } from '../usuarios/usuarios.repository.ts';
import type { UsuarioGuardado } from '../usuarios/usuarios.repository.ts';
import type { Tokens } from './iniciar-sesion.ts';
import { openSesion } from './iniciar-sesion.ts';
import { sessionOver } from './sesion-terminada.ts';
import { closeSesionesDeUsuario } from './sesiones.repository.ts';

/**
 * Changes the password of the user who asks, and opens a session anew: all others end, and their access tokens are
 * refused. A wrong old password counts like a failed login.
 * @throws AppError 400 common or unchanged, 401, 403 wrong old password, 429, 503
 */
export async function cambiarContrasena(
  container: Container,
  usuarioId: number,
  { actual, nueva }: CambioDeContrasena,
  client: { direccion: string; dispositivo: (nombre: string) => string | undefined },
): Promise<{ tokens: Tokens; usuario: UsuarioGuardado }> {
  const { db, contrasenas, contrasenasComunes, limites, revocaciones, logger, now } = container;
  const antes = await findUsuario(db.read, usuarioId);
  if (!antes?.activo) throw sessionOver();
  const { nombre } = antes;
  if (nueva === actual)
    throw badRequest('La contraseña nueva debe ser distinta de la actual', {
      errors: [{ path: 'body.nueva', message: 'Es la actual' }],
    });
  await assertNotCommon(contrasenasComunes, { nombre, contrasena: nueva, path: 'body.nueva' });

  const intento = { nombre, direccion: client.direccion, dispositivo: client.dispositivo(nombre) };
  await limites.assertAllowed(intento);
  const matches = await contrasenas.verify(antes.contrasena_hash, actual, () =>
    limites.assertAllowed(intento),
  );
  if (!matches) {
    await limites.failed(intento);
    throw wrongPassword();
  }
  const contrasena_hash = await contrasenas.hash(nueva);
  const ahora = now();
  const usuario = await db.unitOfWork.write(async (tx) => {
    const cambio = { contrasena_hash, contrasena_temporal: null, antes: antes.contrasena_hash, ahora };
    const changed = await setContrasena(tx, usuarioId, cambio);
    if (changed) await closeSesionesDeUsuario(tx, usuarioId, ahora);
    return changed;
  });
  if (!usuario) throw wrongPassword();
  revocaciones.publish({ usuario_id: usuarioId, token_version: usuario.token_version });
  await limites.succeeded(intento);
  logger.info({ auditoria: true, actor: usuarioId, usuario_id: usuarioId }, 'contraseña cambiada');
  return { tokens: await openSesion(container, usuario), usuario };
}

const wrongPassword = () =>
  new AppError('contrasena-incorrecta', 403, 'La contraseña actual no es correcta', {
    errors: [{ path: 'body.actual', message: 'No es correcta' }],
  });
