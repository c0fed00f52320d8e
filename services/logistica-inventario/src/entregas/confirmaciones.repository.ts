import type { Insertable, Kysely, Selectable } from 'kysely';
import { sql } from 'kysely';
import { prepared, preparedInsert } from '@medisupply/shared/db/prepared';
import type { Tx } from '@medisupply/shared/db/unit-of-work';
import type { ConfirmacionEstado, Respuesta } from '@medisupply/shared/contracts/vocabulary';
import type { ConfirmacionTable, LogisticaTables } from '../tables.ts';
import type { EntregaState } from './entregas.repository.ts';

type Db = Kysely<LogisticaTables>;
export type ConfirmacionRow = Selectable<ConfirmacionTable>;

/** In the words of the index `confirmacion_viva`, which no parameters can be matched with. */
const LIVE = sql<ConfirmacionEstado>`('ACEPTADA', 'APLICADA', 'MUERTA')`;

/** What the stored answer to a confirmation is made from. */
export type StoredAnswer = Pick<ConfirmacionRow, 'task_id' | 'entrega_id' | 'respuesta' | 'creada'>;

/** A confirmation that arrives, as far as others are compared with it. */
export interface Arriving {
  entrega_id: number;
  usuario_id: number;
  /** Both forms in which its hash may be stored. */
  req_hashes: readonly [sealed: string, plain: string];
  /** Nonce of its signature; null while that is not verified. */
  jti: string | null;
}

/** All that decides about a confirmation, read at one moment. */
export interface Situation {
  entrega: EntregaState;
  /** The same confirmation, sent before by the same user. */
  repeated: StoredAnswer | undefined;
  /** Whether another confirmation holds the delivery's place. */
  isTaken: boolean;
  /** Whether its signature confirmed another delivery already. */
  isUsed: boolean;
  /** Whether it was confirmed before, for good or not. */
  hasTasks: boolean;
}

/** Undefined when there is no such delivery. */
export async function findSituation(db: Db, arriving: Arriving): Promise<Situation | undefined> {
  const { entrega_id, usuario_id, jti } = arriving;
  const [sealed, plain] = arriving.req_hashes;
  const { rows } = await selectSituation(db, { entrega_id, usuario_id, sealed, plain, jti });
  const [row] = rows;
  if (!row) return undefined;
  const { task_id, respuesta, creada, viva, usada, anterior, ...entrega } = row;
  return {
    entrega,
    repeated:
      task_id === null || respuesta === null || creada === null
        ? undefined
        : { task_id, entrega_id, respuesta, creada },
    isTaken: viva !== null,
    isUsed: usada !== null,
    hasTasks: anterior !== null,
  };
}

type SituationRow = EntregaState & {
  [K in 'task_id' | 'respuesta' | 'creada']: StoredAnswer[K] | null;
} & Record<'viva' | 'usada' | 'anterior', string | null>;

const selectSituation = prepared<
  LogisticaTables,
  { entrega_id: number; usuario_id: number; sealed: string; plain: string; jti: string | null },
  SituationRow
>((db, { entrega_id, usuario_id, sealed, plain, jti }) =>
  db
    .selectFrom('entrega')
    .leftJoin('confirmacion as repetida', (join) =>
      join
        .onRef('repetida.entrega_id', '=', 'entrega.id')
        .on('repetida.usuario_id', '=', usuario_id)
        .on('repetida.req_hash', 'in', [sealed, plain]),
    )
    .select((eb) => [
      'entrega.id',
      'entrega.estado',
      'entrega.pedido_id',
      'entrega.asignada_a',
      'entrega.creador_id',
      'entrega.confirmada_por',
      'repetida.task_id',
      'repetida.respuesta',
      'repetida.creada',
      eb
        .selectFrom('confirmacion as otra')
        .select('otra.task_id')
        .whereRef('otra.entrega_id', '=', 'entrega.id')
        .where('otra.estado', 'in', LIVE)
        .limit(1)
        .as('viva'),
      eb
        .selectFrom('confirmacion as firmada')
        .select('firmada.task_id')
        .where('firmada.jti', '=', jti)
        .limit(1)
        .as('usada'),
      eb
        .selectFrom('confirmacion as previa')
        .select('previa.task_id')
        .whereRef('previa.entrega_id', '=', 'entrega.id')
        .limit(1)
        .as('anterior'),
    ])
    .where('entrega.id', '=', entrega_id)
    .limit(1),
);

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
  'capturado',
  'foto_sha256',
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
