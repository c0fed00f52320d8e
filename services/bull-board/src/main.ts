import { Lifecycle, runProcess } from '@medisupply/shared/lifecycle/run-process';
import { createLogger } from '@medisupply/shared/logging/logger';
import { buildApp } from './app.ts';
import { readConfig } from './config.ts';
import { createContainer, SERVICE_NAME } from './container.ts';

await runProcess(SERVICE_NAME, async () => {
  const config = readConfig(process.env);
  const logger = createLogger(SERVICE_NAME, { level: config.LOG_LEVEL, format: config.LOG_FORMAT });
  const lifecycle = new Lifecycle(logger, { lameDuckMs: config.LAME_DUCK_MS });
  lifecycle.handleSignals();
  const container = createContainer(config, logger);
  lifecycle.onStop('contenedor', () => container.close());
  const port = await lifecycle.listen(
    buildApp(container, { isStopping: lifecycle.isStopping }),
    config.BULL_BOARD_PORT,
    config.BIND_ADDRESS,
    'BULL_BOARD_PORT',
  );
  lifecycle.ready({ port });
});
