import type { Insertable, Kysely, Selectable } from 'kysely';
import type { Tx } from '@medisupply/shared/db/unit-of-work';
import type { EnlaceTable, LogisticaTables } from '../tables.ts';

type Db = Kysely<LogisticaTables>;
export type EnlaceRow = Selectable<EnlaceTable>;

export const insertEnlace = (tx: Tx<LogisticaTables>, enlace: Insertable<EnlaceTable>): Promise<EnlaceRow> =>
  tx.insertInto('entrega_enlace').values(enlace).returningAll().executeTakeFirstOrThrow();

/** Newest first. */
export const listEnlaces = (db: Db, entregaId: number, limit: number): Promise<EnlaceRow[]> =>
  db
    .selectFrom('entrega_enlace')
    .selectAll()
    .where('entrega_id', '=', entregaId)
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();

/** One that is good at that time. */
export const findByToken = (db: Db, tokenHash: string, now: number): Promise<EnlaceRow | undefined> =>
  db
    .selectFrom('entrega_enlace')
    .selectAll()
    .where('token_hash', '=', tokenHash)
    .where('revocado', 'is', null)
    .where('vence', '>', now)
    .executeTakeFirst();

/** Revoking it again changes nothing. Undefined when that delivery has no such link. */
export const revokeEnlace = (
  tx: Tx<LogisticaTables>,
  { id, entrega_id, now }: { id: number; entrega_id: number; now: number },
): Promise<EnlaceRow | undefined> =>
  tx
    .updateTable('entrega_enlace')
    .set((eb) => ({ revocado: eb.fn.coalesce('revocado', eb.val(now)) }))
    .where('id', '=', id)
    .where('entrega_id', '=', entrega_id)
    .returningAll()
    .executeTakeFirst();

export async function countView(tx: Tx<LogisticaTables>, id: number, now: number): Promise<void> {
  await tx
    .updateTable('entrega_enlace')
    .set((eb) => ({ vistas: eb('vistas', '+', 1), ultima_vista: now }))
    .where('id', '=', id)
    .execute();
}

/** Before a word is looked at, so that those who guess at once do not get more attempts. @returns whether there was one left */
export async function useAttempt(tx: Tx<LogisticaTables>, id: number, most: number): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('entrega_enlace')
    .set((eb) => ({ intentos: eb('intentos', '+', 1) }))
    .where('id', '=', id)
    .where('intentos', '<', most)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

export async function forgetAttempts(tx: Tx<LogisticaTables>, id: number): Promise<void> {
  await tx.updateTable('entrega_enlace').set({ intentos: 0 }).where('id', '=', id).execute();
}
