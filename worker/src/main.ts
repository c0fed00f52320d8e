import { Lifecycle, runProcess } from '@medisupply/shared/lifecycle/run-process';
import { createHeartbeat } from '@medisupply/shared/queueing/control/heartbeat';
import { buildApp } from './app.ts';
import { readConfig } from './config.ts';
import { createContainer, PROCESS_NAME } from './container.ts';
import { serveControl } from './control.ts';
import { startConsumers } from './run-queue.ts';
import { startWatchdog, startWedgedCheck } from './watchdog.ts';

await runProcess(PROCESS_NAME, async () => {
  const config = readConfig(process.env);
  const container = await createContainer(config, process.env);
  const { logger, queues } = container;
  const lifecycle = new Lifecycle(logger);
  lifecycle.onStop('recursos', () => container.close());
  lifecycle.handleSignals();
  const port = await lifecycle.listen(
    buildApp(container, lifecycle.isStopping),
    config.WORKER_PORT,
    config.BIND_ADDRESS,
    'WORKER_PORT',
  );

  container.outbox.start();
  const consumers = startConsumers(container, {
    FAULT_RATE: config.FAULT_RATE,
    FAULT_LATENCY_MS: config.FAULT_LATENCY_MS,
  });
  lifecycle.onStop('consumidores', () => consumers.close());
  serveControl(container, consumers, {
    isStopping: lifecycle.isStopping,
    shutdown: () => process.kill(process.pid, 'SIGTERM'),
  });
  const heartbeat = createHeartbeat({
    redis: queues.redis,
    logger,
    snapshot: () => consumers.snapshot(lifecycle.isStopping()),
  });
  heartbeat.start();
  lifecycle.onStop('latido', () => heartbeat.stop());
  const watchdog = startWatchdog(config.WATCHDOG_MS);
  lifecycle.onStop('vigilante', () => watchdog.stop());
  const wedged = startWedgedCheck(queues, logger, () => process.kill(process.pid, 'SIGKILL'));
  lifecycle.onStop('vigilante de colas', () => wedged.stop());
  lifecycle.ready({ port, tareas: container.handlers.size });
});
