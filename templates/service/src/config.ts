import { z } from 'zod';
import {
  httpEnvironment,
  port,
  processEnvironment,
  proxiedEnvironment,
  redisEnvironment,
  serviceUrls,
  verifierEnvironment,
} from '@medisupply/shared/config/environment';
import { loadConfig } from '@medisupply/shared/config/load-config';

export const environment = z.object({
  ...processEnvironment,
  ...httpEnvironment,
  ...proxiedEnvironment,
  ...redisEnvironment,
  ...verifierEnvironment,
  LOGISTICA_URL: serviceUrls.LOGISTICA_URL,
  SERVICIO_PLANTILLA_PORT: port(5999),
});

export const secrets = {
  SERVICE_KEY: { file: 'service_key', minLength: 32 },
  SERVICE_KEYS: { file: 'service_keys.json', minLength: 2 },
  REDIS_PASSWORD: { file: 'redis_password', minLength: 16 },
} as const;

/** @throws ConfigError */
export function readConfig(env: NodeJS.ProcessEnv) {
  return loadConfig(environment, { env, secrets });
}

export type Config = ReturnType<typeof readConfig>;

const taskEnvironment = z.object(processEnvironment);

/** What the tasks need of the worker's environment. @throws ConfigError */
export const readTaskConfig = (env: NodeJS.ProcessEnv) => loadConfig(taskEnvironment, { env });
