/** A service that tells what it does; run-service.test.ts runs it. */
import express from 'express';
import { z } from 'zod';
import {
  httpEnvironment,
  port,
  processEnvironment,
  redisEnvironment,
} from '@medisupply/shared/config/environment';
import { loadConfig } from '@medisupply/shared/config/load-config';
import { addHealthCheck } from '@medisupply/shared/http/health';
import { runService } from '@medisupply/shared/service/run-service';

const environment = z.object({
  ...processEnvironment,
  ...httpEnvironment,
  ...redisEnvironment,
  PRUEBA_PORT: port(5998),
});
const secrets = { REDIS_PASSWORD: { file: 'redis_password', minLength: 16 } };
const tell = (what: string) => process.stdout.write(`${what}\n`);

await runService({
  name: 'prueba',
  port: 'PRUEBA_PORT',
  readConfig: () => loadConfig(environment, { env: process.env, secrets }),
  createContainer(config, { isStopping }) {
    tell(`contenedor ${config.secrets.REDIS_PASSWORD.length}`);
    return Promise.resolve({
      isStopping,
      close: () => Promise.resolve(void tell('contenedor cerrado')),
    });
  },
  buildApp({ isStopping }) {
    const app = express();
    addHealthCheck(app, isStopping ? { isStopping } : {});
    app.get('/', (_request, response) => {
      // Answered once the process was told to stop: it waits for what is under way.
      process.kill(process.pid, 'SIGTERM');
      process.once('SIGTERM', () => response.send(isStopping?.()));
    });
    return app;
  },
  start(_container, lifecycle) {
    tell('trabajo');
    lifecycle.onStop('trabajo', () => void tell('trabajo terminado'));
    return { tareas: 3 };
  },
});
