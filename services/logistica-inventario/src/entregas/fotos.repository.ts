import type { Kysely, Selectable } from 'kysely';
import { sql } from 'kysely';
import type { Tx } from '@medisupply/shared/db/unit-of-work';
import type { EntregaFotoTable, LogisticaTables } from '../tables.ts';

type Db = Kysely<LogisticaTables>;
type FotoRow = Selectable<EntregaFotoTable>;

/** A photo of a delivery, without reading it. */
export async function hasFoto(db: Db, entregaId: number, sha256: string): Promise<boolean> {
  const row = await db
    .selectFrom('entrega_foto')
    .select('id')
    .where('entrega_id', '=', entregaId)
    .where('sha256', '=', sha256)
    .executeTakeFirst();
  return row !== undefined;
}

export async function insertFoto(
  tx: Tx<LogisticaTables>,
  foto: Omit<FotoRow, 'id' | 'firmada'>,
): Promise<void> {
  await tx.insertInto('entrega_foto').values(foto).execute();
}

/** Of the photos that nothing signs the newest stay, as many as `keep`. */
export async function removeOlderFotos(
  tx: Tx<LogisticaTables>,
  entregaId: number,
  keep: number,
): Promise<void> {
  const unsigned = tx
    .selectFrom('entrega_foto')
    .select('id')
    .where('entrega_id', '=', entregaId)
    .where('firmada', '=', 0)
    .orderBy('id', 'desc');
  const older = (await unsigned.execute()).slice(keep).map(({ id }) => id);
  if (older.length > 0) await tx.deleteFrom('entrega_foto').where('id', 'in', older).execute();
}

/** The one that a confirmation signs; before, the newest. Their data are not read to choose. */
export async function findFoto(
  db: Db,
  entregaId: number,
): Promise<Pick<FotoRow, 'sha256' | 'datos'> | undefined> {
  return db
    .selectFrom('entrega_foto')
    .select(['sha256', 'datos'])
    .where('id', '=', (eb) =>
      eb
        .selectFrom('entrega_foto as una')
        .select('una.id')
        .where('una.entrega_id', '=', entregaId)
        .orderBy('una.firmada', 'desc')
        .orderBy('una.id', 'desc')
        .limit(1),
    )
    .executeTakeFirst();
}

/** A confirmation signs it, or does no longer. False when there is no such photo. */
export async function setFirmada(
  tx: Tx<LogisticaTables>,
  { entrega_id, foto_sha256 }: { entrega_id: number; foto_sha256: string | null },
  firmada: boolean,
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('entrega_foto')
    .set({ firmada: firmada ? 1 : 0 })
    .where('entrega_id', '=', entrega_id)
    .where('sha256', '=', foto_sha256)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Photos that no confirmation signs, and that were sent before that moment. */
export async function listUnsigned(
  db: Db,
  { before, limit }: { before: number; limit: number },
): Promise<number[]> {
  const rows = await db
    .selectFrom('entrega_foto')
    .select('id')
    .where('firmada', '=', sql.lit(0))
    .where('subida', '<', before)
    .limit(limit)
    .execute();
  return rows.map(({ id }) => id);
}
