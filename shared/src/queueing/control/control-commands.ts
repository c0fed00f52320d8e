/**
 * What workers can be asked and told over the control channel, each command as data: its arguments and its answer.
 * Answers carry no parameters of tasks and no secrets.
 */
import { z } from 'zod';
import { isoTimestamp } from '../../contracts/fields.ts';
import { QUEUES } from '../../tasks/registry.ts';

/** As many jobs of one queue may run at the same time in one worker. */
export const MAX_CONCURRENCY = 500;

const none = z.strictObject({});
const queue = z.enum(QUEUES);
const taskId = z.string().min(1).max(64);
const status = z.enum(['active', 'idle', 'stopping']);

const activeJob = z.object({ task_id: z.string(), name: z.string(), queue, started: isoTimestamp });

export const controlCommands = {
  ping: { args: none, result: z.object({ status, uptime: z.number() }) },
  active: { args: none, result: z.object({ total: z.int(), jobs: z.array(activeJob) }) },
  registered: {
    args: none,
    result: z.object({
      tasks: z.array(
        z.object({ name: z.string(), queue, time_limit_s: z.number(), every_s: z.number().nullable() }),
      ),
    }),
  },
  /** Of the whole platform, not of one worker: it is read from the database. */
  scheduled: {
    args: none,
    result: z.object({
      total: z.int(),
      /** Outbox rows that wait for their time, the earliest first. */
      messages: z.array(z.object({ task_id: z.string(), name: z.string(), queue, at: isoTimestamp })),
      /** When each periodic task is inserted next. */
      periodic: z.array(z.object({ name: z.string(), queue, every_s: z.number(), at: isoTimestamp })),
    }),
  },
  stats: {
    args: none,
    result: z.object({
      host: z.string(),
      pid: z.int(),
      version: z.string(),
      node: z.string(),
      status,
      uptime: z.number(),
      processed: z.int(),
      failed: z.int(),
      rss: z.number(),
      event_loop_lag_ms: z.number(),
      queues: z.array(z.object({ queue, concurrency: z.int(), active: z.int() })),
    }),
  },
  conf: { args: none, result: z.object({ config: z.record(z.string(), z.json()) }) },
  concurrency: {
    /** Without a queue: each of the worker's queues. */
    args: z.strictObject({ n: z.int().min(1).max(MAX_CONCURRENCY), queue: queue.nullable() }),
    result: z.object({
      queues: z.array(z.object({ queue, before: z.int(), after: z.int() })),
    }),
  },
  shutdown: { args: none, result: z.object({ active: z.int() }) },
  /** Any one worker cancels for all: the same use case as `DELETE /tareas/:task_id`. */
  cancel: {
    args: z.strictObject({ task_id: taskId }),
    result: z.object({ task_id: taskId, name: z.string(), status: z.literal('REVOKED') }),
  },
  /** Stops the run of a task that was cancelled, wherever it is under way. */
  abort: { args: z.strictObject({ task_id: taskId }), result: z.object({ running: z.boolean() }) },
} as const;

export type ControlCommand = keyof typeof controlCommands;
export type ControlArgs<C extends ControlCommand> = z.output<(typeof controlCommands)[C]['args']>;
export type ControlResult<C extends ControlCommand> = z.output<(typeof controlCommands)[C]['result']>;

export const isControlCommand = (name: string): name is ControlCommand =>
  Object.hasOwn(controlCommands, name);
