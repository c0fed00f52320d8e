import type { CrearUsuario } from '@medisupply/shared/contracts/autorizador';
import type { Container } from '../container.ts';
import { CONTRASENA_TEMPORAL_MS, nuevaContrasenaTemporal } from './contrasena-temporal.ts';
import { assertNotCommon, nameTaken } from './elegir-contrasena.ts';
import { insertUsuario } from './usuarios.repository.ts';
import type { UsuarioGuardado } from './usuarios.repository.ts';

/**
 * An Admin creates a user, whatever `REGISTRO` says. Without a password the user gets one for a first login, which is
 * answered this once.
 * @throws AppError 400 when the name is taken or the password is a common one, 503 when too many hash at once
 */
export async function crearUsuario(
  { db, contrasenas, contrasenasComunes, logger, now }: Container,
  { nombre, contrasena, roles = ['usuario'] }: CrearUsuario,
  adminId: number,
): Promise<{ usuario: UsuarioGuardado; contrasena?: string }> {
  if (contrasena !== undefined)
    await assertNotCommon(contrasenasComunes, { nombre, contrasena, path: 'body.contrasena' });
  const dada = contrasena === undefined ? nuevaContrasenaTemporal() : undefined;
  const contrasena_hash = await contrasenas.hash(contrasena ?? dada ?? '');
  const ahora = now();
  const contrasena_temporal = dada === undefined ? null : ahora + CONTRASENA_TEMPORAL_MS;
  const usuario = await db.unitOfWork.write((tx) =>
    insertUsuario(tx, { nombre, contrasena_hash, roles, ahora, contrasena_temporal }),
  );
  if (!usuario) throw nameTaken();
  logger.info({ auditoria: true, actor: adminId, usuario_id: usuario.id, roles }, 'usuario creado');
  return { usuario, ...(dada === undefined ? {} : { contrasena: dada }) };
}
