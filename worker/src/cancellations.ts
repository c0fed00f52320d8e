import type { RedisAddress } from '@medisupply/shared/redis/connect';
import { connectForBlocking } from '@medisupply/shared/redis/connect';
import type { Logger } from '@medisupply/shared/logging/logger';
import { CANCELLATIONS_CHANNEL } from '@medisupply/shared/tasks/cancellations';

/** Cancellations of tasks that run in this process. */
export interface Cancellations {
  /** A signal that fires when the task is cancelled; `release` when it has ended. */
  watch(taskId: string): { signal: AbortSignal; release(): void };
  close(): void;
}

export function createCancellations(address: RedisAddress, logger: Logger): Cancellations {
  const running = new Map<string, Set<AbortController>>();
  const subscriber = connectForBlocking(address, logger.child({}, { level: 'silent' }));
  subscriber.on('message', (_channel: string, taskId: string) => {
    for (const controller of running.get(taskId) ?? []) controller.abort(new Error('Tarea cancelada'));
  });
  // With Redis down this waits in ioredis's queue; after an outage ioredis subscribes again by itself.
  subscriber.subscribe(CANCELLATIONS_CHANNEL).catch(() => {});

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
    close: () => subscriber.disconnect(),
  };
}
