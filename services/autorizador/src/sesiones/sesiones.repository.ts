import type { Kysely } from 'kysely';
import type { Tx } from '@medisupply/shared/db/unit-of-work';
import type { AutorizadorTables } from '../tables.ts';

type Db = Kysely<AutorizadorTables>;

export interface RefreshTokenGuardado {
  hash: string;
  sesion_id: string;
  usuario_id: number;
  expira: number;
  usado: number | null;
  sesion_expira: number;
  cerrada: number | null;
}

export async function insertSesion(
  tx: Tx<AutorizadorTables>,
  sesion: { id: string; usuario_id: number; creada: number; expira: number },
): Promise<void> {
  await tx
    .insertInto('sesion')
    .values({ ...sesion, cerrada: null })
    .execute();
}

export async function insertRefreshToken(
  tx: Tx<AutorizadorTables>,
  token: { hash: string; sesion_id: string; expira: number },
): Promise<void> {
  await tx
    .insertInto('refresh_token')
    .values({ ...token, usado: null })
    .execute();
}

export function findRefreshToken(db: Db, hash: string): Promise<RefreshTokenGuardado | undefined> {
  return db
    .selectFrom('refresh_token as token')
    .innerJoin('sesion', 'sesion.id', 'token.sesion_id')
    .select([
      'token.hash',
      'token.sesion_id',
      'sesion.usuario_id',
      'token.expira',
      'token.usado',
      'sesion.expira as sesion_expira',
      'sesion.cerrada',
    ])
    .where('token.hash', '=', hash)
    .executeTakeFirst();
}

export async function markUsado(tx: Tx<AutorizadorTables>, hash: string, ahora: number): Promise<void> {
  await tx.updateTable('refresh_token').set({ usado: ahora }).where('hash', '=', hash).execute();
}

export async function closeSesion(tx: Tx<AutorizadorTables>, id: string, ahora: number): Promise<void> {
  await tx
    .updateTable('sesion')
    .set({ cerrada: ahora })
    .where('id', '=', id)
    .where('cerrada', 'is', null)
    .execute();
}

export async function closeSesionesDeUsuario(
  tx: Tx<AutorizadorTables>,
  usuarioId: number,
  ahora: number,
): Promise<void> {
  await tx
    .updateTable('sesion')
    .set({ cerrada: ahora })
    .where('usuario_id', '=', usuarioId)
    .where('cerrada', 'is', null)
    .execute();
}

/** Deletes up to `limit` sessions that ended; their tokens go with them. Returns how many. */
export async function deleteExpiredSesiones(
  tx: Tx<AutorizadorTables>,
  ahora: number,
  limit: number,
): Promise<number> {
  const result = await tx
    .deleteFrom('sesion')
    .where('id', 'in', (eb) => eb.selectFrom('sesion').select('id').where('expira', '<', ahora).limit(limit))
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}
