import type { Job } from 'bullmq';
import { v7 as uuidv7 } from 'uuid';
import { dispatchTask } from '@medisupply/shared/queueing/dispatcher';
import type { TaskDeclaration } from '@medisupply/shared/tasks/define-task';
import type { TareaRow } from '@medisupply/shared/queueing/store/tables';
import type { TaskHandler } from '@medisupply/shared/queueing/handler';
import { createHeartbeat, readWorkers } from '@medisupply/shared/queueing/control/heartbeat';
import type { Platform, RunningWorker } from '../../tests/support/platform.ts';
import { until } from '../../tests/support/platform.ts';
import { serveControl } from '../src/control.ts';
import type { BoundHandler } from '../src/executor.ts';

/** Accepts a task of any kind, as POST /tareas would. */
export async function accept(
  platform: Platform,
  task: TaskDeclaration,
  params: unknown = {},
): Promise<string> {
  const { database, outbox } = platform.logistica.container;
  const { task_id } = await database.unitOfWork.write((tx) =>
    dispatchTask(tx, task, params, { creada_por: 'prueba', task_id: uuidv7() }),
  );
  outbox.relay.wake();
  return task_id;
}

export async function tareaOf(platform: Platform, taskId: string): Promise<TareaRow> {
  return platform.logistica.container.database.read
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

/** A worker in this process as `main.ts` runs one: it beats and can be asked and told. */
export async function startControlled(
  platform: Platform,
  extra: Record<string, string> = {},
): Promise<ControlledWorker> {
  const worker = await platform.startWorker(extra);
  const { container, consumers } = worker;
  const calls = { shutdown: 0 };
  serveControl(container, consumers, {
    isStopping: () => calls.shutdown > 0,
    shutdown: () => {
      calls.shutdown += 1;
    },
  });
  const heartbeat = createHeartbeat({
    redis: container.queues.redis,
    liveKey: container.liveKey,
    logger: container.logger,
    snapshot: () => consumers.snapshot(false),
  });
  heartbeat.start();
  await until(() => container.queues.isConnected());
  await until(async () =>
    (await readWorkers(container.queues.redis, container.liveKey())).some(({ id }) => id === container.id),
  );
  return {
    ...worker,
    id: container.id,
    calls,
    async close() {
      await heartbeat.stop();
      await worker.close();
    },
  };
}

export interface ControlledWorker extends RunningWorker {
  id: string;
  /** How often it was told to stop; it does not. */
  calls: { shutdown: number };
}

/** Puts another handler in the place of a task's own, in one worker of this process. */
export function handleInstead(
  worker: RunningWorker,
  task: TaskDeclaration,
  handle: TaskHandler['handle'],
): void {
  const handlers = worker.container.handlers as Map<string, BoundHandler>;
  handlers.set(task.name, { handler: { task, handle }, context: undefined });
}
