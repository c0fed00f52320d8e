import { defineHandler } from '@medisupply/shared/queueing/handler';
import { pingLogistica as declaration } from '@medisupply/shared/tasks/monitor';
import { pingLogistica } from '../ping/ping-logistica.ts';
import type { MonitorTaskContext } from './context.ts';

/** A logistica that does not answer is the answer, not a failure of the task. */
export default defineHandler(declaration, async (_params, run, context: MonitorTaskContext) => {
  const ping = await pingLogistica(context, run.signal);
  run.signal.throwIfAborted();
  return { ...ping, ping_id: run.task_id };
});
