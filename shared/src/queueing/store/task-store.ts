/** Queries and changes of the task tables. All take the transaction; none of them talks to Redis. */
import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { Viewers } from '../../contracts/visibilidad.ts';
import { prepared } from '../../db/prepared.ts';
import type { Tx } from '../../db/unit-of-work.ts';
import type { Logger } from '../../logging/logger.ts';
import { logContext } from '../../logging/logger.ts';
import type { TaskDeclaration } from '../../tasks/define-task.ts';
import type { JsonValue, TaskRun } from '../handler.ts';
import type { NewEvento } from './eventos.ts';
import { insertEventos } from './eventos.ts';
import type { OutboxRow, OutboxTables, TareaRow } from './tables.ts';
import type { EventoTipo } from '../../contracts/vocabulary.ts';
import type { QueueName } from '../../tasks/define-task.ts';

export interface NewTask {
  task_id: string;
  task: TaskDeclaration;
  params: Record<string, unknown>;
  creada_por: string;
  entrega_id?: number;
  /** Of that delivery. */
  viewers?: Viewers;
  now: number;
  /** Set when the inserting process sends the row itself right after the commit: no other relay takes it before. */
  claimUntil?: number;
}

/** What a relay needs of an outbox row to send it. */
export interface OutboxMessage {
  seq: number;
  task_id: string;
  intento: number;
  gen: number;
  cola: QueueName;
  nombre: string;
  payload: string;
  request_id: string | null;
  traceparent: string | null;
}

export const MESSAGE_COLUMNS = [
  'seq',
  'task_id',
  'intento',
  'gen',
  'cola',
  'nombre',
  'payload',
  'request_id',
  'traceparent',
] as const;

/** How long a claimed row belongs to the relay that claimed it (ms). */
export const LEASE = 10_000;
/** A sent row is looked at by the reconciler after this (ms). */
export const FIRST_REVIEW = 30_000;

/** A job id begins with the id of its task, a UUID. */
const TASK_ID_LENGTH = 36;
/** Later than the job's end in Redis (ms). */
const REVIEW_QUARANTINED = 500;

/** State and intent in one: the task's row and the message that makes it run. Undefined when the task exists already. */
export async function insertTask(tx: Tx<OutboxTables>, task: NewTask): Promise<OutboxMessage | undefined> {
  const params = JSON.stringify(task.params);
  const { numAffectedRows } = await insertTarea(tx, {
    task_id: task.task_id,
    tipo: task.task.name,
    cola: task.task.queue,
    creada_por: task.creada_por,
    entrega_id: task.entrega_id ?? null,
    ...(task.viewers ?? NOBODY),
    params,
    now: task.now,
  });
  if (numAffectedRows === 0n) return undefined;
  return insertMessage(tx, {
    task_id: task.task_id,
    intento: 0,
    cola: task.task.queue,
    nombre: task.task.name,
    payload: params,
    disponible: task.now,
    claim_until: task.claimUntil ?? 0,
  });
}

const NOBODY: Viewers = { creador_id: null, asignada_a: null, confirmada_por: null };

const insertTarea = prepared<
  OutboxTables,
  Pick<TareaRow, 'task_id' | 'tipo' | 'cola' | 'creada_por' | 'entrega_id' | 'params' | keyof Viewers> & {
    now: number;
  }
>(
  (
    db,
    { task_id, tipo, cola, creada_por, entrega_id, creador_id, asignada_a, confirmada_por, params, now },
  ) =>
    db
      .insertInto('tarea')
      .values({
        task_id,
        tipo,
        cola,
        estado: 'PENDING',
        intento: 0,
        creada_por,
        entrega_id,
        creador_id,
        asignada_a,
        confirmada_por,
        params,
        progreso: null,
        resultado: null,
        error: null,
        creada: now,
        iniciada: null,
        terminada: null,
        actualizada: now,
      })
      .onConflict((conflict) => conflict.doNothing()),
);

type NewMessage = Pick<
  OutboxRow,
  'task_id' | 'intento' | 'cola' | 'nombre' | 'payload' | 'disponible' | 'claim_until'
>;

async function insertMessage(tx: Tx<OutboxTables>, message: NewMessage): Promise<OutboxMessage> {
  const { request_id = null, traceparent = null } = logContext.getStore() ?? {};
  const { rows } = await insertOutbox(tx, { ...message, request_id, traceparent });
  return { seq: rows[0]!.seq, gen: 0, ...message, request_id, traceparent };
}

const insertOutbox = prepared<
  OutboxTables,
  NewMessage & Pick<OutboxRow, 'request_id' | 'traceparent'>,
  Pick<OutboxRow, 'seq'>
>((db, { task_id, intento, cola, nombre, payload, disponible, claim_until, request_id, traceparent }) =>
  db
    .insertInto('outbox')
    .values({
      task_id,
      intento,
      cola,
      nombre,
      payload,
      disponible,
      claim_until,
      enviado: null,
      error: null,
      request_id,
      traceparent,
    })
    .returning('seq'),
);

export async function findTarea(db: Kysely<OutboxTables>, taskId: string): Promise<TareaRow | undefined> {
  return db.selectFrom('tarea').selectAll().where('task_id', '=', taskId).executeTakeFirst();
}

/** Messages that are not sent before some time to come, the earliest first, and how many there are in all. */
export async function listWaitingForTheirTime(
  db: Kysely<OutboxTables>,
  now: number,
  limit: number,
): Promise<{ total: number; rows: Pick<OutboxRow, 'task_id' | 'nombre' | 'cola' | 'disponible'>[] }> {
  const waiting = db.selectFrom('outbox').where('estado', '=', 'PENDIENTE').where('disponible', '>', now);
  const { total } = await waiting
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  const rows = await waiting
    .select(['task_id', 'nombre', 'cola', 'disponible'])
    .orderBy('disponible')
    .limit(limit)
    .execute();
  return { total, rows };
}

export async function isProcessed(db: Kysely<OutboxTables>, taskId: string): Promise<boolean> {
  const { rows } = await findProcesada(db, { taskId });
  return rows.length > 0;
}

const findProcesada = prepared<OutboxTables, { taskId: string }, { task_id: string }>((db, { taskId }) =>
  db.selectFrom('tarea_procesada').select('task_id').where('task_id', '=', taskId),
);

/** The task's next attempt, sent not before `disponible`; the earlier attempt's row goes in the same write. */
export async function insertAttempt(
  tx: Tx<OutboxTables>,
  tarea: TareaRow,
  attempt: {
    intento: number;
    params: Record<string, unknown>;
    disponible: number;
    now: number;
    motivo: string;
    evento?: Extract<EventoTipo, 'reintento' | 'reactivada'>;
  },
): Promise<OutboxMessage> {
  const before = await removeMessage(tx, tarea.task_id);
  const message = await insertMessage(tx, {
    task_id: tarea.task_id,
    intento: attempt.intento,
    cola: tarea.cola,
    nombre: tarea.tipo,
    payload: JSON.stringify(attempt.params),
    disponible: attempt.disponible,
    claim_until: 0,
  });
  await tx
    .updateTable('tarea')
    .set({ estado: 'RETRY', intento: attempt.intento, actualizada: attempt.now, terminada: null })
    .where('task_id', '=', tarea.task_id)
    .execute();
  await insertEventos(tx, [
    ...untold(before, tarea),
    {
      tipo: attempt.evento ?? 'reintento',
      momento: attempt.now,
      task_id: tarea.task_id,
      entrega_id: tarea.entrega_id,
      datos: { intento: attempt.intento, motivo: attempt.motivo, disponible: attempt.disponible },
    },
  ]);
  return message;
}

/** Runs the task again later under a new job id; the attempt does not count. */
export async function deferMessage(tx: Tx<OutboxTables>, taskId: string, disponible: number): Promise<void> {
  await noteSent(tx, taskId);
  await tx
    .updateTable('outbox')
    .set((eb) => ({ estado: 'PENDIENTE', claim_until: 0, disponible, gen: eb('gen', '+', 1) }))
    .where('task_id', '=', taskId)
    .execute();
}

/** Sends the message again that became this job: signed with the key of now, under a new job id. */
export async function resendMessage(tx: Tx<OutboxTables>, jobId: string, now: number): Promise<void> {
  await tx
    .updateTable('outbox')
    .set((eb) => ({ estado: 'PENDIENTE', claim_until: 0, disponible: now, gen: eb('gen', '+', 1) }))
    .where('task_id', '=', jobId.slice(0, TASK_ID_LENGTH))
    // Only if no newer one was sent.
    .where(sql<string>`task_id || '-' || intento || '-' || gen`, '=', jobId)
    .execute();
}

/** A message as far as it tells of its sending. */
type Sent = Pick<OutboxRow, 'enviado' | 'claim_until'>;

/**
 * Whoever holds a job of the task knows that it was sent, which its relay notes only later: what happens to the task next
 * is told after that.
 */
async function noteSent(tx: Tx<OutboxTables>, taskId: string, enqueued?: number): Promise<void> {
  const row = await tx
    .selectFrom('outbox')
    .innerJoin('tarea', 'tarea.task_id', 'outbox.task_id')
    .select(['tarea.task_id', 'tarea.entrega_id', 'tarea.creada', 'outbox.enviado', 'outbox.claim_until'])
    .where('outbox.task_id', '=', taskId)
    .where('outbox.estado', '=', 'PENDIENTE')
    .executeTakeFirst();
  const [encolada] = row ? untold(row, row, enqueued) : [];
  if (!encolada) return;
  await insertEventos(tx, [encolada]);
  await tx
    .updateTable('outbox')
    .set({ estado: 'ENVIADO', enviado: encolada.momento, revisar: encolada.momento + FIRST_REVIEW })
    .where('task_id', '=', taskId)
    .execute();
}

/**
 * `encolada` of a message that was taken to be sent, if that was not told yet. When Redis says that it got the job is
 * believed as far as it can be true.
 */
function untold(
  message: Sent | undefined,
  { task_id, entrega_id, creada }: Pick<TareaRow, 'task_id' | 'entrega_id' | 'creada'>,
  enqueued = 0,
): (NewEvento & { momento: number })[] {
  if (!message || message.enviado !== null || message.claim_until === 0) return [];
  const claimed = Math.max(message.claim_until - LEASE, creada);
  const momento = Math.max(claimed, Math.min(enqueued, Date.now()));
  return [{ tipo: 'encolada', momento, task_id, entrega_id }];
}

/**
 * Marks the task as done and its message as delivered, once.
 * @returns false when it was done before: the caller's effect must not be written
 */
export async function completeTask(
  tx: Tx<OutboxTables>,
  run: TaskRun,
  result: JsonValue,
  options: { evento?: EventoTipo; entrega_id?: number; now?: number } = {},
): Promise<boolean> {
  const now = options.now ?? Date.now();
  const ended = await markProcessed(tx, run.task_id, now);
  if (!ended.first) return false;
  const { rows } = await setSuccess(tx, {
    task_id: run.task_id,
    resultado: JSON.stringify(result),
    started: run.started,
    now,
  });
  const entrega_id = options.entrega_id ?? rows[0]?.entrega_id ?? null;
  await insertEventos(tx, [
    ...untold(
      ended.message,
      { task_id: run.task_id, entrega_id, creada: rows[0]?.creada ?? now },
      run.enqueued,
    ),
    ...(run.announced ? [] : [startOf(run, entrega_id)]),
    { tipo: options.evento ?? 'fin', momento: now, task_id: run.task_id, entrega_id },
  ]);
  run.settled = true;
  return true;
}

const setSuccess = prepared<
  OutboxTables,
  { task_id: string; resultado: string; started: number; now: number },
  Pick<TareaRow, 'entrega_id' | 'creada'>
>((db, { task_id, resultado, started, now }) =>
  db
    .updateTable('tarea')
    .set({
      estado: 'SUCCESS',
      resultado,
      error: null,
      progreso: 100,
      iniciada: started,
      terminada: now,
      actualizada: now,
    })
    .where('task_id', '=', task_id)
    .returning(['entrega_id', 'creada']),
);

/** Ends the task for good without success. @returns false when it had ended before */
export async function failTask(
  tx: Tx<OutboxTables>,
  taskId: string,
  outcome: { estado: 'FAILURE' | 'REVOKED'; error: string; evento: EventoTipo; now: number },
): Promise<boolean> {
  if (!(await markProcessed(tx, taskId, outcome.now)).first) return false;
  const tarea = await tx
    .updateTable('tarea')
    .set({ estado: outcome.estado, error: outcome.error, terminada: outcome.now, actualizada: outcome.now })
    .where('task_id', '=', taskId)
    .returning('entrega_id')
    .executeTakeFirst();
  await insertEventos(tx, [
    {
      tipo: outcome.evento,
      momento: outcome.now,
      task_id: taskId,
      entrega_id: tarea?.entrega_id ?? null,
      datos: { error: outcome.error },
    },
  ]);
  return true;
}

async function markProcessed(
  tx: Tx<OutboxTables>,
  taskId: string,
  now: number,
): Promise<{ first: boolean; message: Sent | undefined }> {
  const { numAffectedRows } = await insertProcesada(tx, { taskId, now });
  return { first: numAffectedRows === 1n, message: await removeMessage(tx, taskId) };
}

const insertProcesada = prepared<OutboxTables, { taskId: string; now: number }>((db, { taskId, now }) =>
  db
    .insertInto('tarea_procesada')
    .values({ task_id: taskId, procesada: now })
    .onConflict((conflict) => conflict.doNothing()),
);

const removeMessage = async (tx: Tx<OutboxTables>, taskId: string): Promise<Sent | undefined> =>
  (await deleteOutbox(tx, { taskId })).rows[0];

const deleteOutbox = prepared<OutboxTables, { taskId: string }, Sent>((db, { taskId }) =>
  db.deleteFrom('outbox').where('task_id', '=', taskId).returning(['enviado', 'claim_until']),
);

const startOf = (run: TaskRun, entrega_id: number | null): NewEvento => ({
  tipo: 'inicio',
  momento: run.started,
  task_id: run.task_id,
  entrega_id,
  datos: { intento: run.intento },
});

/** STARTED, for those who watch a task that takes its time; a short one gets its `inicio` with its end. */
export async function markStarted(tx: Tx<OutboxTables>, run: TaskRun): Promise<void> {
  await noteSent(tx, run.task_id, run.enqueued);
  const tarea = await tx
    .updateTable('tarea')
    .set({ estado: 'STARTED', iniciada: run.started, actualizada: Date.now() })
    .where('task_id', '=', run.task_id)
    .where('estado', 'in', ['PENDING', 'RETRY'])
    .returning('entrega_id')
    .executeTakeFirst();
  if (!tarea) return;
  await insertEventos(tx, [startOf(run, tarea.entrega_id)]);
  run.announced = true;
}

/** A failed attempt that BullMQ will repeat. */
export async function markRetrying(
  tx: Tx<OutboxTables>,
  taskId: string,
  failure: { intento: number; error: string; now: number },
): Promise<void> {
  await noteSent(tx, taskId);
  const tarea = await tx
    .updateTable('tarea')
    .set({ estado: 'RETRY', error: failure.error, actualizada: failure.now })
    .where('task_id', '=', taskId)
    .where('terminada', 'is', null)
    .returning('entrega_id')
    .executeTakeFirst();
  if (!tarea) return;
  await insertEventos(tx, [
    {
      tipo: 'reintento',
      momento: failure.now,
      task_id: taskId,
      entrega_id: tarea.entrega_id,
      datos: { intento: failure.intento, motivo: failure.error },
    },
  ]);
}

export async function setProgress(tx: Tx<OutboxTables>, taskId: string, percent: number): Promise<void> {
  await tx
    .updateTable('tarea')
    .set({ progreso: percent, actualizada: Date.now() })
    .where('task_id', '=', taskId)
    .where('terminada', 'is', null)
    .execute();
}

/** Notes a job that is not genuine. If it stands in a task's place, the reconciler looks at that task soon. */
export async function quarantine(
  tx: Tx<OutboxTables>,
  job: { cola: string; job_id: string; nombre: string; motivo: string },
  logger: Logger,
): Promise<void> {
  const now = Date.now();
  logger.error({ cola: job.cola, job_id: job.job_id, motivo: job.motivo }, 'trabajo en cuarentena');
  await tx
    .insertInto('cuarentena')
    .values({
      ...job,
      job_id: job.job_id.slice(0, 200),
      nombre: job.nombre.slice(0, 200),
      momento: now,
    })
    .execute();
  await noteSent(tx, job.job_id.slice(0, TASK_ID_LENGTH));
  await tx
    .updateTable('outbox')
    .set({ revisar: now + REVIEW_QUARANTINED })
    .where('task_id', '=', job.job_id.slice(0, TASK_ID_LENGTH))
    .where('estado', '=', 'ENVIADO')
    .execute();
}
