import type { Kysely } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import type { Tx } from '../db/unit-of-work.ts';
import { badRequest } from '../http/app-error.ts';
import { fieldErrors } from '../http/field-errors.ts';
import type { OutboxTables, TareaRow } from './store/tables.ts';
import type { OutboxMessage } from './store/task-store.ts';
import { findTarea, insertTask } from './store/task-store.ts';
import { canonicalText } from '../security/canonical-json.ts';
import type { TaskDeclaration } from '../tasks/define-task.ts';
import { tipoOf } from '../tasks/define-task.ts';
import { taskRegistry } from '../tasks/registry.ts';
import type { Viewers } from '../contracts/visibilidad.ts';
import type { TaskStatus } from '../contracts/vocabulary.ts';
import type { QueueName } from '../tasks/define-task.ts';

export interface DispatchOptions {
  creada_por: string;
  /** Given when it is known beforehand, such as the id of a confirmation. */
  task_id?: string;
  entrega_id?: number;
  /** Of that delivery. */
  viewers?: Viewers;
  claimUntil?: number;
  now?: number;
}

export interface DispatchedTask {
  task_id: string;
  task_name: string;
  queue: QueueName;
  /** Undefined when the task existed already. */
  message: OutboxMessage | undefined;
}

/**
 * Accepts a task in the caller's transaction: its row and its outbox message, or nothing.
 * @throws AppError 400 when the parameters do not fit the declaration or have no canonical form
 */
export async function dispatchTask(
  tx: Tx<OutboxTables>,
  task: TaskDeclaration,
  params: unknown,
  options: DispatchOptions,
): Promise<DispatchedTask> {
  const parsed = task.params.safeParse(params);
  if (!parsed.success) {
    throw badRequest(`Parámetros no válidos para ${task.name}`, {
      errors: fieldErrors('body', parsed.error),
    });
  }
  // What cannot be signed could not be sent, and would hold up every message behind it.
  canonicalText(parsed.data);
  const task_id = options.task_id ?? uuidv7();
  const message = await insertTask(tx, {
    task_id,
    task,
    params: parsed.data as Record<string, unknown>,
    creada_por: options.creada_por,
    now: options.now ?? Date.now(),
    ...(options.entrega_id === undefined ? {} : { entrega_id: options.entrega_id }),
    ...(options.viewers === undefined ? {} : { viewers: options.viewers }),
    ...(options.claimUntil === undefined ? {} : { claimUntil: options.claimUntil }),
  });
  return { task_id, task_name: task.name, queue: task.queue, message };
}

/** @public The state of a task by its id, from the database; undefined when there is no such task. */
export async function getTaskStatus(
  db: Kysely<OutboxTables>,
  taskId: string,
): Promise<TaskStatus | undefined> {
  return (await findTarea(db, taskId))?.estado;
}

/** @public The result of a task that succeeded; undefined while it has none. */
export async function getTaskResult(db: Kysely<OutboxTables>, taskId: string): Promise<unknown> {
  const tarea = await findTarea(db, taskId);
  return tarea ? resultOf(tarea) : undefined;
}

export const resultOf = (tarea: Pick<TareaRow, 'resultado'>): unknown =>
  tarea.resultado === null ? undefined : (JSON.parse(tarea.resultado) as unknown);

export interface AvailableTask {
  name: string;
  tipo: string;
  description: string;
  queue: QueueName;
  /** Seconds. */
  timeout: number;
  /** JSON schema of the parameters. */
  params: Record<string, unknown>;
}

let available: readonly AvailableTask[] | undefined;

/** The registry as clients are shown it; made once, as the schemas cost more than the rest of the answer. */
export function listAvailableTasks(): readonly AvailableTask[] {
  available ??= taskRegistry.map((task) => {
    const { $schema: _, ...params } = z.toJSONSchema(task.params, { io: 'input', unrepresentable: 'any' });
    return {
      name: task.name,
      tipo: tipoOf(task),
      description: task.description,
      queue: task.queue,
      timeout: task.timeLimit / 1_000,
      params,
    };
  });
  return available;
}

/** The tasks that run in a queue, as clients are shown them; none when no task declares it. */
export const getTasksByQueue = (queue: QueueName): readonly AvailableTask[] =>
  listAvailableTasks().filter((task) => task.queue === queue);
