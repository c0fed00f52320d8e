import { Lifecycle, runProcess } from '@medisupply/shared/lifecycle/run-process';
import { buildApp } from './app.ts';
import { readConfig } from './config.ts';
import { createContainer, SERVICE_NAME } from './container.ts';

await runProcess(SERVICE_NAME, async () => {
  const config = readConfig(process.env);
  const container = await createContainer(config);
  const lifecycle = new Lifecycle(container.logger, { lameDuckMs: config.LAME_DUCK_MS });
  lifecycle.onStop('recursos', () => container.close());
  lifecycle.handleSignals();
  const port = await lifecycle.listen(
    buildApp(container, lifecycle.isStopping),
    config.SERVICIO_PLANTILLA_PORT,
    config.BIND_ADDRESS,
    'SERVICIO_PLANTILLA_PORT',
  );
  lifecycle.ready({ port });
});
