import type { z } from 'zod';

/** `default`, or a queue of a service's own: the queues there are follow from the declarations (`QUEUES`). */
export type QueueName = string;

/** What BullMQ, a heartbeat and `WORKER_QUEUES` can carry. */
const QUEUE_NAME = /^[a-z][a-z0-9_-]{0,31}$/;

/**
 * A task as data: what it is called, where it runs and what it takes. The API side knows tasks by their declaration
 * only; the handler lives in `services/<service>/src/tasks/<name>.task.ts` and is imported by the worker alone.
 */
export interface TaskDeclaration<P extends z.ZodType = z.ZodType> {
  /** `<service>.<name_in_snake_case>` */
  name: string;
  queue: QueueName;
  description: string;
  /** What `POST /tareas` answers as `message`: clients compare it; without it, the usual one. */
  accepted?: string;
  /** Parsed before enqueueing and again before handling. New fields stay optional until old jobs have drained. */
  params: P;
  /** After this the handler's AbortSignal fires and the attempt has failed (ms). */
  timeLimit: number;
  /**
   * What a failed attempt does: `queue` — BullMQ tries again, `max` attempts in all; `api` — the worker asks logistica's
   * `POST /tareas` for a later attempt, at most `max` times.
   */
  retry: { via: 'queue' | 'api'; max: number };
  /** The relay loops insert one task every so many ms. */
  every?: number;
}

/** @throws Error when its queue has an impossible name */
export function defineTask<P extends z.ZodType>(declaration: TaskDeclaration<P>): TaskDeclaration<P> {
  if (!QUEUE_NAME.test(declaration.queue)) {
    throw new Error(
      `${declaration.name}: «${declaration.queue}» no sirve como cola; minúsculas, cifras, - y _, y empieza por una letra`,
    );
  }
  return declaration;
}

/** `logistica.procesar_entrega` → `procesar_entrega`, the `tipo` of `POST /tareas`. */
export const tipoOf = (task: { name: string }): string => task.name.slice(task.name.indexOf('.') + 1);
