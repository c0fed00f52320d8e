import { whileBusy } from '@medisupply/shared/db/while-busy';
import type { AutorizadorDatabase } from '../database.ts';
import type { Contrasenas } from './contrasenas.ts';
import { findUsuarioByNombre, FIRST_TOKEN_VERSION, insertUsuario } from './usuarios.repository.ts';

export const PRIMER_ADMINISTRADOR = 'admin';

/**
 * Creates the first administrator when there is no user of that name: on the first start, before anybody can sign up.
 * Returns whether it did. Two processes that start together create one.
 */
export async function crearAdministrador(
  db: AutorizadorDatabase,
  contrasenas: Contrasenas,
  contrasena: string,
  ahora: number,
): Promise<boolean> {
  if (await findUsuarioByNombre(db.read, PRIMER_ADMINISTRADOR)) return false;
  const contrasena_hash = await contrasenas.hash(contrasena);
  const created = await whileBusy(db.name, () =>
    db.unitOfWork.write((tx) =>
      insertUsuario(tx, { nombre: PRIMER_ADMINISTRADOR, contrasena_hash, roles: ['Admin'], ahora }),
    ),
  );
  return created !== undefined;
}

/** Whether that administrator is as it was made: a change of password raises the version, as every other change does. */
export async function esPrimerAcceso(db: AutorizadorDatabase): Promise<boolean> {
  const admin = await findUsuarioByNombre(db.read, PRIMER_ADMINISTRADOR);
  return admin?.token_version === FIRST_TOKEN_VERSION;
}
