import { notFound } from '@medisupply/shared/http/app-error';
import type { Container } from '../container.ts';
import { closeSesionesDeUsuario } from '../sesiones/sesiones.repository.ts';
import { CONTRASENA_TEMPORAL_MS, nuevaContrasenaTemporal } from './contrasena-temporal.ts';
import { setContrasena } from './usuarios.repository.ts';
import type { UsuarioGuardado } from './usuarios.repository.ts';

/**
 * An Admin gives a user who forgot theirs a password for one login, at which another one has to be chosen. Every session
 * of the user ends.
 * @throws AppError 404
 */
export async function darContrasena(
  { db, contrasenas, revocaciones, logger, now }: Container,
  id: number,
  adminId: number,
): Promise<{ usuario: UsuarioGuardado; contrasena: string }> {
  const contrasena = nuevaContrasenaTemporal();
  const contrasena_hash = await contrasenas.hash(contrasena);
  const ahora = now();
  const usuario = await db.unitOfWork.write(async (tx) => {
    await closeSesionesDeUsuario(tx, id, ahora);
    const contrasena_temporal = ahora + CONTRASENA_TEMPORAL_MS;
    return setContrasena(tx, id, { contrasena_hash, contrasena_temporal, ahora });
  });
  if (!usuario) throw notFound('Usuario no encontrado');
  revocaciones.publish({ usuario_id: id, token_version: usuario.token_version });
  logger.info({ auditoria: true, actor: adminId, usuario_id: id }, 'contraseña de un solo uso dada');
  return { usuario, contrasena };
}
