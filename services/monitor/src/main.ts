import { runProcess, Lifecycle } from '@medisupply/shared/lifecycle/run-process';
import { createLogger } from '@medisupply/shared/logging/logger';
import { buildApp } from './app.ts';
import { readConfig } from './config.ts';
import { createContainer } from './container.ts';

await runProcess('monitor', async () => {
  const config = readConfig(process.env);
  const logger = createLogger('monitor', { level: config.LOG_LEVEL, format: config.LOG_FORMAT });
  const lifecycle = new Lifecycle(logger, { lameDuckMs: config.LAME_DUCK_MS });
  lifecycle.handleSignals();
  const container = await createContainer(config, logger);
  lifecycle.onStop('contenedor', () => container.close());
  const app = buildApp(container, { isStopping: lifecycle.isStopping });
  const port = await lifecycle.listen(app, config.MONITOR_PORT, config.BIND_ADDRESS, 'MONITOR_PORT');
  lifecycle.onStop('flujos de eventos', () => container.eventos.endAll());
  lifecycle.ready({ port });
});
