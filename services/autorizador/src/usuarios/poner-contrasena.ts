import { contrasenaNueva } from '@medisupply/shared/contracts/autorizador';
import { whileBusy } from '@medisupply/shared/db/while-busy';
import type { AutorizadorDatabase } from '../database.ts';
import { closeSesionesDeUsuario } from '../sesiones/sesiones.repository.ts';
import type { Contrasenas } from './contrasenas.ts';
import type { ContrasenasComunes } from './contrasenas-comunes.ts';
import { findUsuarioByNombre, setContrasena, updateUsuario } from './usuarios.repository.ts';

export type ContrasenaPuesta =
  { ok: false; problem: string } | { ok: true; usuario_id: number; nombre: string; reactivated: boolean };

/**
 * Sets somebody's password on the machine itself, also while autorizador runs: the way back in when nobody can log in.
 * Every session of theirs ends, and a deactivated account is activated again.
 */
export async function ponerContrasena(
  deps: { db: AutorizadorDatabase; contrasenas: Contrasenas; contrasenasComunes: ContrasenasComunes },
  nombre: string,
  contrasena: string,
  ahora: number,
): Promise<ContrasenaPuesta> {
  const { db, contrasenas, contrasenasComunes } = deps;
  const parsed = contrasenaNueva.safeParse(contrasena);
  if (!parsed.success)
    return { ok: false, problem: `La contraseña no sirve: ${parsed.error.issues[0]?.message ?? ''}` };
  const antes = await findUsuarioByNombre(db.read, nombre);
  if (!antes) return { ok: false, problem: `No existe el usuario «${nombre}»` };
  if (await contrasenasComunes.includes(parsed.data, antes.nombre))
    return { ok: false, problem: 'La contraseña es demasiado común; elija otra' };

  const contrasena_hash = await contrasenas.hash(parsed.data);
  await whileBusy(db.name, () =>
    db.unitOfWork.write(async (tx) => {
      await setContrasena(tx, antes.id, { contrasena_hash, contrasena_temporal: null, ahora });
      await closeSesionesDeUsuario(tx, antes.id, ahora);
      if (!antes.activo) await updateUsuario(tx, antes.id, { roles: antes.roles, activo: true, ahora });
    }),
  );
  return { ok: true, usuario_id: antes.id, nombre: antes.nombre, reactivated: !antes.activo };
}
