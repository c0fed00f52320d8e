import { conflict, notFound } from '@medisupply/shared/http/app-error';
import type { ModificarUsuario } from '@medisupply/shared/contracts/autorizador';
import type { Container } from '../container.ts';
import { closeSesionesDeUsuario } from '../sesiones/sesiones.repository.ts';
import { findUsuario, hasOtherActiveAdmin, updateUsuario } from './usuarios.repository.ts';
import type { UsuarioGuardado } from './usuarios.repository.ts';

/**
 * Grants roles, activates, deactivates. A change refuses the user's access tokens everywhere within seconds; a
 * deactivated user's sessions end.
 * @throws AppError 404, 409 when no active administrator would be left
 */
export async function modificarUsuario(
  { db, revocaciones, now }: Container,
  id: number,
  cambios: ModificarUsuario,
): Promise<UsuarioGuardado> {
  const ahora = now();
  const { usuario, changed } = await db.unitOfWork.write(async (tx) => {
    const antes = await findUsuario(tx, id);
    if (!antes) throw notFound('Usuario no encontrado');
    const despues = { roles: cambios.roles ?? antes.roles, activo: cambios.activo ?? antes.activo };
    const pendiente = antes.pendiente && cambios.activo === undefined;
    if (
      pendiente === antes.pendiente &&
      despues.activo === antes.activo &&
      sameRoles(despues.roles, antes.roles)
    )
      return { usuario: antes, changed: false };

    const remainsAdmin = despues.activo && despues.roles.includes('Admin');
    if (!remainsAdmin && !(await hasOtherActiveAdmin(tx, id)))
      throw conflict('Debe quedar al menos un administrador activo');
    if (!despues.activo) await closeSesionesDeUsuario(tx, id, ahora);
    return { usuario: await updateUsuario(tx, id, { ...despues, pendiente, ahora }), changed: true };
  });
  if (changed) revocaciones.publish({ usuario_id: usuario.id, token_version: usuario.token_version });
  return usuario;
}

const sameRoles = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((rol) => b.includes(rol));
