import { runService } from '@medisupply/shared/service/run-service';
import { buildApp } from './app.ts';
import { readConfig } from './config.ts';
import { PROCESS_NAME } from './container.ts';
import { createContainer } from './create-container.ts';
import { startWork } from './start-work.ts';

await runService({
  name: PROCESS_NAME,
  port: 'WORKER_PORT',
  readConfig,
  createContainer,
  buildApp,
  start: startWork,
});
