import { runService } from '@medisupply/shared/service/run-service';
import { buildApp } from './app.ts';
import { readConfig } from './config.ts';
import { SERVICE_NAME } from './container.ts';
import { createContainer } from './create-container.ts';
import { ALONE_AFTER } from './sellado/sellado.ts';

await runService({
  name: SERVICE_NAME,
  port: 'LOGISTICA_PORT',
  readConfig,
  createContainer,
  buildApp,
  start({ outbox, sellado }) {
    outbox.start();
    sellado.start(ALONE_AFTER);
  },
});
