import { Lifecycle, runProcess } from '@medisupply/shared/lifecycle/run-process';
import { buildApp } from './app.ts';
import { readConfig } from './config.ts';
import { createContainer } from './container.ts';

await runProcess('autorizador', async () => {
  const config = readConfig(process.env);
  const container = await createContainer(config);
  const lifecycle = new Lifecycle(container.logger, { lameDuckMs: config.LAME_DUCK_MS });
  lifecycle.onStop('autorizador', () => container.close());
  lifecycle.handleSignals();
  const app = buildApp(container, { isStopping: lifecycle.isStopping });
  const port = await lifecycle.listen(app, config.AUTORIZADOR_PORT, config.BIND_ADDRESS, 'AUTORIZADOR_PORT');
  lifecycle.ready({ port });
});
