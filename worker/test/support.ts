import type { Job } from 'bullmq';
import { v7 as uuidv7 } from 'uuid';
import { dispatchTask } from '@medisupply/shared/tasks/dispatcher';
import type { TaskDeclaration } from '@medisupply/shared/tasks/define-task';
import type { TareaRow } from '@medisupply/shared/outbox/tables';
import type { Platform } from '../../tests/support/platform.ts';

/** Accepts a task of any kind, as POST /tareas would. */
export async function accept(
  platform: Platform,
  task: TaskDeclaration,
  params: unknown = {},
): Promise<string> {
  const { database, outbox } = platform.logistica.container;
  const { task_id } = await database.unidadDeTrabajo.escribir((tx) =>
    dispatchTask(tx, task, params, { creada_por: 'prueba', task_id: uuidv7() }),
  );
  outbox.relay.wake();
  return task_id;
}

export async function tareaOf(platform: Platform, taskId: string): Promise<TareaRow> {
  return platform.logistica.container.database.leer
    .selectFrom('tarea')
    .selectAll()
    .where('task_id', '=', taskId)
    .executeTakeFirstOrThrow();
}

/** The job that carries a task, once it is in its queue. */
export async function jobOf(
  platform: Platform,
  queue: 'default' | 'logistica' | 'monitor',
  taskId: string,
  gen = 0,
): Promise<Job> {
  const job = (await platform.logistica.container.queues.queue(queue).getJob(`${taskId}-0-${gen}`)) as
    Job | undefined;
  if (!job) throw new Error(`no job for ${taskId}`);
  return job;
}
