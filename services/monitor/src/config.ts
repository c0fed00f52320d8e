import { z } from 'zod';
import {
  assertFaultsAllowed,
  faultEnvironment,
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
  // Whom the monitor asks for their health.
  ...serviceUrls,
  ...faultEnvironment,
  MONITOR_PORT: port(5001),
});

export const secrets = {
  REDIS_PASSWORD: { file: 'redis_password', minLength: 16 },
  SERVICE_KEYS: { file: 'service_keys.json', minLength: 2 },
} as const;

export type Config = ReturnType<typeof readConfig>;

/** @throws ConfigError */
export function readConfig(env: NodeJS.ProcessEnv) {
  const config = loadConfig(environment, { env, secrets });
  assertFaultsAllowed(config);
  return config;
}

export const taskEnvironment = z.object({
  ...processEnvironment,
  ...redisEnvironment,
  ...serviceUrls,
});

/** What the monitor's tasks need of the worker's environment. @throws ConfigError */
export const loadTaskConfig = (env: NodeJS.ProcessEnv) =>
  loadConfig(taskEnvironment, { env, secrets: { REDIS_PASSWORD: secrets.REDIS_PASSWORD } });
