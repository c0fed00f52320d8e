/**
 * The tables that carry every task from the moment it is accepted to the moment it is done. Times are integer ms UTC.
 *
 * tarea           what the status endpoints answer from, also while Redis is down and after it forgot
 * outbox          one row per task that has to reach Redis: written with the change that caused it, sent by a relay
 * tarea_procesada which tasks are done for good; makes a second delivery of a job harmless
 * evento          what happened, in order, written with the change
 * cuarentena      jobs that were found in a queue without being genuine
 */
import type { Generated, Selectable } from 'kysely';
import type { Viewers } from '../../contracts/visibilidad.ts';
import type { EventoTipo, TaskStatus } from '../../contracts/vocabulary.ts';
import type { QueueName } from '../../tasks/define-task.ts';

export interface TareaTable extends Viewers {
  /** Order of acceptance. */
  seq: Generated<number>;
  task_id: string;
  /** Full task name, `logistica.procesar_entrega`. */
  tipo: string;
  cola: QueueName;
  estado: TaskStatus;
  /** Current attempt, from 0. */
  intento: number;
  /** The attempt from which retries are counted: 0, or where an Admin re-drove the task. */
  intento_base: Generated<number>;
  /** `usuario:7`, `servicio:worker` or `programada`. */
  creada_por: string;
  /** The delivery whose viewers, kept here as well, may see the task. */
  entrega_id: number | null;
  /** JSON, without personal data. */
  params: string;
  /** 0–100 */
  progreso: number | null;
  /** JSON */
  resultado: string | null;
  error: string | null;
  creada: number;
  iniciada: number | null;
  terminada: number | null;
  actualizada: number;
}

export type TareaRow = Selectable<TareaTable>;

export interface OutboxTable {
  seq: Generated<number>;
  task_id: string;
  intento: number;
  /** Part of the job id; grows when a finished job has to be sent again. */
  gen: Generated<number>;
  /** How often the reconciler sent it again. */
  reenvios: Generated<number>;
  cola: QueueName;
  nombre: string;
  /** JSON parameters, without personal data. */
  payload: string;
  estado: Generated<'PENDIENTE' | 'ENVIADO'>;
  /** Not sent before. */
  disponible: number;
  /** A relay holds the row until then. */
  claim_until: Generated<number>;
  /** When the attempt was sent first. */
  enviado: number | null;
  /** When the reconciler looks at it next. */
  revisar: Generated<number>;
  revisiones: Generated<number>;
  error: string | null;
  request_id: string | null;
  traceparent: string | null;
}

export type OutboxRow = Selectable<OutboxTable>;

export interface TareaProcesadaTable {
  task_id: string;
  procesada: number;
}

export interface EventoTable {
  id: Generated<number>;
  momento: number;
  tipo: EventoTipo;
  task_id: string | null;
  entrega_id: number | null;
  /** JSON, without personal data. */
  datos: string | null;
}

export interface CuarentenaTable {
  id: Generated<number>;
  momento: number;
  cola: string;
  job_id: string;
  nombre: string;
  motivo: string;
}

export interface OutboxTables {
  tarea: TareaTable;
  outbox: OutboxTable;
  tarea_procesada: TareaProcesadaTable;
  evento: EventoTable;
  cuarentena: CuarentenaTable;
}
