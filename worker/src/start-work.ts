import type { Lifecycle } from '@medisupply/shared/lifecycle/run-process';
import { createHeartbeat } from '@medisupply/shared/queueing/control/heartbeat';
import type { Container } from './container.ts';
import { serveControl } from './control.ts';
import { startConsumers } from './run-queue.ts';
import { startWatchdog, startWedgedCheck } from './watchdog.ts';

/** Begins to consume, to beat, to obey and to watch itself. @returns what the process tells when it is ready */
export function startWork(container: Container, lifecycle: Lifecycle): { tareas: number } {
  const { config, logger, liveKey, outbox, queues, handlers } = container;
  const { isStopping } = lifecycle;
  outbox.start();
  const consumers = startConsumers(container, {
    FAULT_RATE: config.FAULT_RATE,
    FAULT_LATENCY_MS: config.FAULT_LATENCY_MS,
  });
  lifecycle.onStop('consumidores', () => consumers.close());
  serveControl(container, consumers, {
    isStopping,
    shutdown: () => process.kill(process.pid, 'SIGTERM'),
  });
  const heartbeat = createHeartbeat({
    redis: queues.redis,
    liveKey,
    logger,
    snapshot: () => consumers.snapshot(isStopping()),
  });
  heartbeat.start();
  lifecycle.onStop('latido', () => heartbeat.stop());
  const watchdog = startWatchdog(config.WATCHDOG_MS);
  lifecycle.onStop('vigilante', () => watchdog.stop());
  const wedged = startWedgedCheck(queues, config.WORKER_QUEUES, logger, () =>
    process.kill(process.pid, 'SIGKILL'),
  );
  lifecycle.onStop('vigilante de colas', () => wedged.stop());
  return { tareas: handlers.size };
}
