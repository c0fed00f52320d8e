import { badRequest } from '@medisupply/shared/http/app-error';
import type { Signup } from '@medisupply/shared/contracts/autorizador';
import { issueAccessToken } from '@medisupply/shared/security/access-token';
import type { Container } from '../container.ts';
import { findUsuarioByNombre, insertUsuario } from './usuarios.repository.ts';
import type { UsuarioGuardado } from './usuarios.repository.ts';

/**
 * Signs up; whatever the caller asks for, the role is `usuario`.
 * @throws AppError 400 when the name is taken or the password is a common one, 503 when too many hash at once
 */
export async function registrarUsuario(
  { db, contrasenas, contrasenasComunes, claves, now }: Container,
  { nombre, contrasena }: Signup,
): Promise<{ token: string; usuario: UsuarioGuardado }> {
  if (await contrasenasComunes.includes(contrasena, nombre)) {
    throw badRequest('La contraseña es demasiado común; elija otra', {
      errors: [{ path: 'body.contrasena', message: 'Demasiado común' }],
    });
  }
  if (await findUsuarioByNombre(db.read, nombre)) throw nameTaken();
  const contrasena_hash = await contrasenas.hash(contrasena);
  const ahora = now();
  const usuario = await db.unitOfWork.write((tx) =>
    insertUsuario(tx, { nombre, contrasena_hash, roles: ['usuario'], ahora }),
  );
  if (!usuario) throw nameTaken();
  const { token } = issueAccessToken({ ...usuario, usuario_id: usuario.id }, claves.tokenKey(), {
    now: ahora,
  });
  return { token, usuario };
}

const nameTaken = () =>
  badRequest('El nombre de usuario ya existe', { errors: [{ path: 'body.nombre', message: 'Ya existe' }] });
