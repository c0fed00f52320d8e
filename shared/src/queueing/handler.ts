import type { z } from 'zod';
import type { Logger } from '../logging/logger.ts';
import type { OpenDatabase } from '../db/open-database.ts';
import type { OutboxTables } from './store/tables.ts';
import type { TaskDeclaration } from '../tasks/define-task.ts';

export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/** One run of a task, as its handler sees it. */
export interface TaskRun {
  task_id: string;
  /** Attempt number, from 0. */
  intento: number;
  /** ms UTC */
  started: number;
  /** When Redis got the job, as it says itself (ms UTC). */
  enqueued?: number;
  /** Fires when the time limit is over or the task was cancelled. */
  signal: AbortSignal;
  logger: Logger;
  /** Id of the worker that runs it. */
  worker: string;
  /** Stores and publishes progress, 0–100. */
  progress(percent: number): Promise<void>;
  /** Set by `completeTask` when the handler itself committed the outcome together with its effect. */
  settled: boolean;
  /** Set once its start is an event. */
  announced?: boolean;
}

/** What `services/<service>/src/tasks/<name>.task.ts` exports by default. */
export interface TaskHandler<P extends z.ZodType = z.ZodType, C = unknown> {
  task: TaskDeclaration<P>;
  /** Returns the task's result; throws when the attempt failed. */
  handle(params: z.output<P>, run: TaskRun, context: C): Promise<JsonValue>;
}

export function defineHandler<P extends z.ZodType, C>(
  task: TaskDeclaration<P>,
  handle: TaskHandler<P, C>['handle'],
): TaskHandler<P, C> {
  return { task, handle };
}

/** What `services/<service>/src/tasks/context.ts` exports by default: opens what the service's handlers need. */
export type CreateTaskContext<C = unknown> = (
  host: TaskHost,
) => Promise<{ context: C; close(): Promise<void> }>;

/** What the worker gives to each service's handlers. */
export interface TaskHost {
  env: NodeJS.ProcessEnv;
  logger: Logger;
  /** logistica.db, opened once per process so that jobs that run at the same time share commits. */
  taskStore: OpenDatabase<OutboxTables>;
}

/** The task cannot run now for a reason outside it; runs again after `delayMs`, without using up an attempt. */
export class DeferTask extends Error {
  readonly delayMs: number;
  constructor(reason: string, delayMs: number) {
    super(reason);
    this.name = 'DeferTask';
    this.delayMs = delayMs;
  }
}

/** The task is refused for good: no retry, state FAILURE. What follows from it is written before this is thrown, or it is dead. */
export class RefusedTask extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'RefusedTask';
  }
}
