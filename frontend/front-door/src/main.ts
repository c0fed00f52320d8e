import { createLogger } from '@medisupply/shared/logging/logger';
import { Lifecycle, runProcess } from '@medisupply/shared/lifecycle/run-process';
import { tlsFiles } from '@medisupply/shared/lifecycle/tls';
import { buildApp } from './app.ts';
import { frontDoorConfig } from './config.ts';

await runProcess('front-door', async () => {
  const config = frontDoorConfig(process.env);
  const logger = createLogger('front-door', { level: config.LOG_LEVEL, format: config.LOG_FORMAT });
  const lifecycle = new Lifecycle(logger, { lameDuckMs: config.LAME_DUCK_MS });
  lifecycle.handleSignals();

  const door = buildApp({ config, logger, isStopping: lifecycle.isStopping });
  lifecycle.onStop('conexiones con los servicios', door.close);
  const tls = tlsFiles(config);
  const listen = (variable: 'FRONTEND_PORT' | 'GATEWAY_PORT') =>
    lifecycle.listen(door.app, config[variable], config.BIND_ADDRESS, variable, tls);
  const frontend = await listen('FRONTEND_PORT');
  const gateway = await listen('GATEWAY_PORT');
  lifecycle.onStop('flujos de eventos', door.endStreams);
  lifecycle.ready({ frontend, gateway });
});
