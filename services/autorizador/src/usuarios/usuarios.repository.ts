import type { Kysely, Selectable } from 'kysely';
import { rol } from '@medisupply/shared/contracts/autorizador';
import { lookOf } from '@medisupply/shared/contracts/look-alike';
import type { Tx } from '@medisupply/shared/db/unit-of-work';
import type { AutorizadorTables, UsuarioTable } from '../tables.ts';
import { nombreClave } from './nombre-de-usuario.ts';
import type { Rol } from '@medisupply/shared/contracts/vocabulary';

type Db = Kysely<AutorizadorTables>;

/** A user as the use cases see it. */
export interface UsuarioGuardado {
  id: number;
  nombre: string;
  roles: Rol[];
  activo: boolean;
  token_version: number;
  contrasena_hash: string;
  /** ms UTC */
  creado: number;
  /** Signed up and not yet admitted. */
  pendiente: boolean;
  /** Until when (ms UTC) a password that an Admin gave is good; null for one of the user's own. */
  contrasena_temporal: number | null;
}

/** Undefined when the name, or one that looks the same, is taken, also by a request that runs at the same time. */
export async function insertUsuario(
  tx: Tx<AutorizadorTables>,
  nuevo: {
    nombre: string;
    contrasena_hash: string;
    roles: readonly Rol[];
    ahora: number;
    contrasena_temporal?: number | null;
    /** Waits for an Admin and cannot log in until then. */
    pendiente?: boolean;
  },
): Promise<UsuarioGuardado | undefined> {
  const row = await tx
    .insertInto('usuario')
    .values({
      nombre: nuevo.nombre,
      nombre_clave: nombreClave(nuevo.nombre),
      nombre_aspecto: lookOf(nuevo.nombre),
      contrasena_hash: nuevo.contrasena_hash,
      roles: JSON.stringify(nuevo.roles),
      activo: nuevo.pendiente ? 0 : 1,
      pendiente: nuevo.pendiente ? 1 : 0,
      contrasena_temporal: nuevo.contrasena_temporal ?? null,
      token_version: 1,
      creado: nuevo.ahora,
      actualizado: nuevo.ahora,
      revocado: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst();
  return row && fromRow(row);
}

export async function findUsuarioByNombre(db: Db, nombre: string): Promise<UsuarioGuardado | undefined> {
  const row = await db
    .selectFrom('usuario')
    .selectAll()
    .where('nombre_clave', '=', nombreClave(nombre))
    .executeTakeFirst();
  return row && fromRow(row);
}

export async function findUsuario(db: Db, id: number): Promise<UsuarioGuardado | undefined> {
  const row = await db.selectFrom('usuario').selectAll().where('id', '=', id).executeTakeFirst();
  return row && fromRow(row);
}

/** Those of them that there are. */
export const listNombres = (db: Db, ids: readonly number[]): Promise<{ id: number; nombre: string }[]> =>
  db.selectFrom('usuario').select(['id', 'nombre']).where('id', 'in', ids).orderBy('id').execute();

/** Newest first; one more than `limit` when there is another page. */
export async function listUsuarios(
  db: Db,
  limit: number,
  before: number | undefined,
): Promise<UsuarioGuardado[]> {
  const rows = await db
    .selectFrom('usuario')
    .selectAll()
    .$if(before !== undefined, (query) => query.where('id', '<', before ?? 0))
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();
  return rows.map(fromRow);
}

/** Active couriers, newest first; one more than `limit` when there is another page. */
export function listMensajeros(
  db: Db,
  limit: number,
  before: number | undefined,
): Promise<Pick<UsuarioGuardado, 'id' | 'nombre'>[]> {
  return db
    .selectFrom('usuario')
    .select(['id', 'nombre'])
    .where('activo', '=', 1)
    .where('roles', 'like', '%"Mensajero"%')
    .$if(before !== undefined, (query) => query.where('id', '<', before ?? 0))
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();
}

/** The same password, hashed otherwise; nothing when it was changed meanwhile. */
export async function updateContrasenaHash(
  tx: Tx<AutorizadorTables>,
  id: number,
  { antes, contrasena_hash }: { antes: string; contrasena_hash: string },
): Promise<void> {
  await tx
    .updateTable('usuario')
    .set({ contrasena_hash })
    .where('id', '=', id)
    .where('contrasena_hash', '=', antes)
    .execute();
}

export async function hasOtherActiveAdmin(db: Db, id: number): Promise<boolean> {
  const row = await db
    .selectFrom('usuario')
    .select('id')
    .where('id', '!=', id)
    .where('activo', '=', 1)
    .where('roles', 'like', '%"Admin"%')
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * Sets another password and refuses the access tokens issued so far. Undefined when the password is not `antes` any
 * more: somebody else was faster.
 */
export async function setContrasena(
  tx: Tx<AutorizadorTables>,
  id: number,
  nueva: { contrasena_hash: string; contrasena_temporal: number | null; antes?: string; ahora: number },
): Promise<UsuarioGuardado | undefined> {
  const { antes } = nueva;
  const row = await tx
    .updateTable('usuario')
    .set((eb) => ({
      contrasena_hash: nueva.contrasena_hash,
      contrasena_temporal: nueva.contrasena_temporal,
      actualizado: nueva.ahora,
      token_version: eb('token_version', '+', 1),
      revocado: nueva.ahora,
    }))
    .where('id', '=', id)
    .$if(antes !== undefined, (query) => query.where('contrasena_hash', '=', antes ?? ''))
    .returningAll()
    .executeTakeFirst();
  return row && fromRow(row);
}

/** Writes the changes and raises `token_version`. */
export async function updateUsuario(
  tx: Tx<AutorizadorTables>,
  id: number,
  cambios: { roles: readonly Rol[]; activo: boolean; pendiente?: boolean; ahora: number },
): Promise<UsuarioGuardado> {
  const row = await tx
    .updateTable('usuario')
    .set((eb) => ({
      roles: JSON.stringify(cambios.roles),
      activo: cambios.activo ? 1 : 0,
      pendiente: cambios.pendiente ? 1 : 0,
      actualizado: cambios.ahora,
      token_version: eb('token_version', '+', 1),
      revocado: cambios.ahora,
    }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
  return fromRow(row);
}

/** Refuses the access tokens issued so far. Returns the new version. */
export async function raiseTokenVersion(
  tx: Tx<AutorizadorTables>,
  id: number,
  ahora: number,
): Promise<number> {
  const row = await tx
    .updateTable('usuario')
    .set((eb) => ({ token_version: eb('token_version', '+', 1), revocado: ahora }))
    .where('id', '=', id)
    .returning('token_version')
    .executeTakeFirstOrThrow();
  return row.token_version;
}

export function listRevocadosDesde(
  db: Db,
  desde: number,
): Promise<{ usuario_id: number; token_version: number }[]> {
  return db
    .selectFrom('usuario')
    .select(['id as usuario_id', 'token_version'])
    .where('revocado', '>=', desde)
    .execute();
}

const fromRow = (row: Selectable<UsuarioTable>): UsuarioGuardado => ({
  id: row.id,
  nombre: row.nombre,
  roles: rol.array().parse(JSON.parse(row.roles)),
  activo: row.activo === 1,
  token_version: row.token_version,
  contrasena_hash: row.contrasena_hash,
  creado: row.creado,
  pendiente: row.pendiente === 1,
  contrasena_temporal: row.contrasena_temporal,
});
