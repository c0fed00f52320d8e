import { badRequest } from '@medisupply/shared/http/app-error';
import type { ContrasenasComunes } from './contrasenas-comunes.ts';

/** @throws AppError 400 when the password is a common one; `path` is the field that holds it */
export async function assertNotCommon(
  comunes: ContrasenasComunes,
  { nombre, contrasena, path }: { nombre: string; contrasena: string; path: string },
): Promise<void> {
  if (!(await comunes.includes(contrasena, nombre))) return;
  throw badRequest('La contraseña es demasiado común; elija otra', {
    errors: [{ path, message: 'Demasiado común' }],
  });
}

/** @throws AppError 400 */
export const nameTaken = () =>
  badRequest('El nombre de usuario ya existe', { errors: [{ path: 'body.nombre', message: 'Ya existe' }] });
