import type { Insertable, Kysely, Selectable } from 'kysely';
import { prepared, preparedInsert } from '@medisupply/shared/db/prepared';
import type { Tx } from '@medisupply/shared/db/unit-of-work';
import type { ConfirmacionEstado, Respuesta } from '@medisupply/shared/contracts/vocabulary';
import type { ConfirmacionTable, LogisticaTables } from '../tables.ts';

type Db = Kysely<LogisticaTables>;
export type ConfirmacionRow = Selectable<ConfirmacionTable>;

const LIVE: readonly ConfirmacionEstado[] = ['ACEPTADA', 'APLICADA', 'MUERTA'];

/** What the stored answer to a confirmation is made from. */
export type StoredAnswer = Pick<ConfirmacionRow, 'task_id' | 'entrega_id' | 'respuesta' | 'creada'>;

/** The same confirmation, sent before by the same user. */
export async function findRepeated(
  db: Db,
  repeated: { entrega_id: number; usuario_id: number; req_hashes: readonly string[] },
): Promise<StoredAnswer | undefined> {
  return db
    .selectFrom('confirmacion')
    .select(['task_id', 'entrega_id', 'respuesta', 'creada'])
    .where('entrega_id', '=', repeated.entrega_id)
    .where('usuario_id', '=', repeated.usuario_id)
    .where('req_hash', 'in', repeated.req_hashes)
    .executeTakeFirst();
}

/** The confirmation that holds the delivery's place. */
export async function findLive(
  db: Db,
  entregaId: number,
): Promise<{ task_id: string; estado: ConfirmacionEstado } | undefined> {
  return db
    .selectFrom('confirmacion')
    .select(['task_id', 'estado'])
    .where('entrega_id', '=', entregaId)
    .where('estado', 'in', LIVE)
    .executeTakeFirst();
}

export async function isJtiUsed(db: Db, jti: string): Promise<boolean> {
  const row = await db.selectFrom('confirmacion').select('task_id').where('jti', '=', jti).executeTakeFirst();
  return row !== undefined;
}

export async function insertConfirmacion(
  tx: Tx<LogisticaTables>,
  confirmacion: Insertable<ConfirmacionTable>,
): Promise<void> {
  await insertRow(tx, [confirmacion]);
}

const insertRow = preparedInsert<LogisticaTables, 'confirmacion'>('confirmacion', [
  'task_id',
  'entrega_id',
  'usuario_id',
  'jti',
  'req_hash',
  'direccion',
  'nombre_recibe',
  'firma_recibe',
  'firma',
  'verificada',
  'estado',
  'estado_anterior',
  'respuesta',
  'creada',
  'terminada',
  'recibida',
]);

export const findConfirmacion = async (db: Db, taskId: string): Promise<ConfirmacionRow | undefined> =>
  (await selectByTask(db, { taskId })).rows[0];

const selectByTask = prepared<LogisticaTables, { taskId: string }, ConfirmacionRow>((db, { taskId }) =>
  db.selectFrom('confirmacion').selectAll().where('task_id', '=', taskId),
);

export async function setConfirmacionState(
  tx: Tx<LogisticaTables>,
  taskId: string,
  estado: ConfirmacionEstado,
  terminada: number | null,
): Promise<void> {
  await updateState(tx, { taskId, estado, terminada });
}

const updateState = prepared<
  LogisticaTables,
  { taskId: string; estado: ConfirmacionEstado; terminada: number | null }
>((db, { taskId, estado, terminada }) =>
  db.updateTable('confirmacion').set({ estado, terminada }).where('task_id', '=', taskId),
);

/** A signature that was accepted unverified has been verified now. */
export async function setVerified(tx: Tx<LogisticaTables>, taskId: string, jti: string): Promise<void> {
  await tx
    .updateTable('confirmacion')
    .set({ verificada: 'local', jti })
    .where('task_id', '=', taskId)
    .execute();
}

/** Remembers what the client is told, so that a repetition is told the same. */
export async function setAnswer(
  tx: Tx<LogisticaTables>,
  taskId: string,
  respuesta: Respuesta,
): Promise<void> {
  await tx.updateTable('confirmacion').set({ respuesta }).where('task_id', '=', taskId).execute();
}

export async function latestTaskOf(db: Db, entregaId: number): Promise<string | undefined> {
  const row = await db
    .selectFrom('confirmacion')
    .select('task_id')
    .where('entrega_id', '=', entregaId)
    .orderBy('task_id', 'desc')
    .executeTakeFirst();
  return row?.task_id;
}
