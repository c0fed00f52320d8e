import type { ControlListener } from '@medisupply/shared/queueing/control/control-channel';

/** Cancellations of tasks that run in this process. */
export interface Cancellations {
  /** A signal that fires when the task is cancelled; `release` when it has ended. */
  watch(taskId: string): { signal: AbortSignal; release(): void };
}

/** They come over the control channel, from whichever process wrote the cancellation down. */
export function createCancellations(control: Pick<ControlListener, 'handle'>): Cancellations {
  const running = new Map<string, Set<AbortController>>();
  control.handle('abort', ({ task_id }) => {
    const controllers = running.get(task_id);
    for (const controller of controllers ?? []) controller.abort(new Error('Tarea cancelada'));
    return { running: controllers !== undefined };
  });

  return {
    watch(taskId) {
      const controller = new AbortController();
      const controllers = running.get(taskId) ?? new Set();
      running.set(taskId, controllers.add(controller));
      return {
        signal: controller.signal,
        release() {
          controllers.delete(controller);
          if (controllers.size === 0) running.delete(taskId);
        },
      };
    },
  };
}
