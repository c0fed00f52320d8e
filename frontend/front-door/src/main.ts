import { createLogger } from '@medisupply/shared/logging/logger';
import { Lifecycle, runProcess } from '@medisupply/shared/lifecycle/run-process';
import { buildApp } from './app.ts';
import { frontDoorConfig } from './config.ts';

await runProcess('front-door', async () => {
  const config = frontDoorConfig(process.env);
  const logger = createLogger('front-door', { level: config.LOG_LEVEL, format: config.LOG_FORMAT });
  const lifecycle = new Lifecycle(logger, { lameDuckMs: config.LAME_DUCK_MS });
  lifecycle.handleSignals();

  const door = buildApp({ config, logger, isStopping: lifecycle.isStopping });
  lifecycle.onStop('conexiones con los servicios', door.close);
  const frontend = await lifecycle.listen(
    door.app,
    config.FRONTEND_PORT,
    config.BIND_ADDRESS,
    'FRONTEND_PORT',
  );
  const gateway = await lifecycle.listen(door.app, config.GATEWAY_PORT, config.BIND_ADDRESS, 'GATEWAY_PORT');
  lifecycle.onStop('flujos de eventos', door.endStreams);
  lifecycle.ready({ frontend, gateway });
});
