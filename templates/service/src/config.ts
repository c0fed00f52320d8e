import { z } from 'zod';
import {
  databaseEnvironment,
  loadConfig,
  port,
  processEnvironment,
  serviceEnvironment,
  serviceSecrets,
  serviceUrls,
} from '@medisupply/shared';

export const environment = z.object({
  ...serviceEnvironment,
  ...databaseEnvironment('SERVICIO_PLANTILLA'),
  LOGISTICA_URL: serviceUrls.LOGISTICA_URL,
  SERVICIO_PLANTILLA_PORT: port(5999),
});

export const secrets = {
  ...serviceSecrets,
  SERVICE_KEY: { file: 'service_key', minLength: 32 },
} as const;

/** @throws ConfigError */
export const readConfig = (env: NodeJS.ProcessEnv = process.env) => loadConfig(environment, { env, secrets });

export type Config = ReturnType<typeof readConfig>;

const taskEnvironment = z.object({ ...processEnvironment, ...databaseEnvironment('SERVICIO_PLANTILLA') });

/** What the tasks need of the worker's environment. @throws ConfigError */
export const readTaskConfig = (env: NodeJS.ProcessEnv) => loadConfig(taskEnvironment, { env });
