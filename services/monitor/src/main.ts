import { runService } from '@medisupply/shared/service/run-service';
import { buildApp } from './app.ts';
import { readConfig } from './config.ts';
import { SERVICE_NAME } from './container.ts';
import { createContainer } from './create-container.ts';

await runService({
  name: SERVICE_NAME,
  port: 'MONITOR_PORT',
  readConfig,
  createContainer,
  buildApp,
  start: ({ eventos }, lifecycle) => lifecycle.onStop('flujos de eventos', () => eventos.endAll()),
});
