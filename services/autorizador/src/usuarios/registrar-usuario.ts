import { forbidden } from '@medisupply/shared/http/app-error';
import type { Signup } from '@medisupply/shared/contracts/autorizador';
import { issueAccessToken } from '@medisupply/shared/security/access-token';
import type { Container } from '../container.ts';
import { assertNotCommon, nameTaken } from './elegir-contrasena.ts';
import { findUsuarioByNombre, insertUsuario } from './usuarios.repository.ts';
import type { UsuarioGuardado } from './usuarios.repository.ts';

/**
 * Signs up; whatever the caller asks for, the role is `usuario`. With `REGISTRO=aprobado` there is no token: an Admin has
 * to activate the account.
 * @throws AppError 400 when the name is taken or the password is a common one, 403 when signing up is closed, 429 too many
 * from this address, 503 when too many hash at once
 */
export async function registrarUsuario(
  container: Container,
  { nombre, contrasena }: Signup,
  direccion: string,
): Promise<{ token?: string; usuario: UsuarioGuardado }> {
  const { config, db, contrasenasComunes, contrasenasDeRegistro, registros, claves, now } = container;
  if (config.REGISTRO === 'cerrado')
    throw forbidden('El registro está cerrado; pida una cuenta a un administrador');
  await registros.consume(direccion);
  await assertNotCommon(contrasenasComunes, { nombre, contrasena, path: 'body.contrasena' });
  if (await findUsuarioByNombre(db.read, nombre)) throw nameTaken();
  const contrasena_hash = await contrasenasDeRegistro.hash(contrasena);
  const ahora = now();
  const pendiente = config.REGISTRO === 'aprobado';
  const usuario = await db.unitOfWork.write((tx) =>
    insertUsuario(tx, { nombre, contrasena_hash, roles: ['usuario'], ahora, pendiente }),
  );
  if (!usuario) throw nameTaken();
  if (pendiente) return { usuario };
  const { token } = issueAccessToken({ ...usuario, usuario_id: usuario.id }, claves.tokenKey(), {
    now: ahora,
  });
  return { token, usuario };
}
