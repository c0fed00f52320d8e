import type { Kysely } from 'kysely';
import type { LogisticaTables } from '../tables.ts';

type Db = Kysely<LogisticaTables>;

/** When the confirmation that was applied came in. */
export const findRecepcion = (db: Db, entregaId: number) =>
  db
    .selectFrom('confirmacion')
    .select(['task_id', 'recibida'])
    .where('entrega_id', '=', entregaId)
    .where('estado', '=', 'APLICADA')
    .executeTakeFirst();
