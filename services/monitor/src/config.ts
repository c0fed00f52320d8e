import { z } from 'zod';
import {
  assertFaultsAllowed,
  count,
  faultEnvironment,
  port,
  processEnvironment,
  redisEnvironment,
  serviceUrls,
} from '@medisupply/shared/config/environment';
import { loadConfig } from '@medisupply/shared/config/load-config';
import { databaseEnvironment } from '@medisupply/shared/db/database-environment';
import { serviceEnvironment, serviceSecrets } from '@medisupply/shared/service/service-config';

export const environment = z.object({
  ...serviceEnvironment,
  ...databaseEnvironment('MONITOR'),
  // Whom the monitor asks for their health.
  ...serviceUrls,
  ...faultEnvironment,
  MONITOR_PORT: port(5001),
  STREAMS_PER_ADDRESS: count(200, 1_000),
});

export const secrets = {
  ...serviceSecrets,
  LIVE_KEY: { file: 'live_key', minLength: 32 },
  SERVICE_KEY: { file: 'service_key', minLength: 32 },
} as const;

/** @throws ConfigError */
export function readConfig(env: NodeJS.ProcessEnv = process.env) {
  const config = loadConfig(environment, { env, secrets });
  assertFaultsAllowed(config);
  return config;
}

export type Config = ReturnType<typeof readConfig>;

export const taskEnvironment = z.object({
  ...processEnvironment,
  ...databaseEnvironment('MONITOR'),
  ...redisEnvironment,
  ...serviceUrls,
});

/** What the monitor's tasks need of the worker's environment. @throws ConfigError */
export const readTaskConfig = (env: NodeJS.ProcessEnv) =>
  loadConfig(taskEnvironment, {
    env,
    secrets: {
      REDIS_PASSWORD: secrets.REDIS_PASSWORD,
      LIVE_KEY: secrets.LIVE_KEY,
      PROBE_KEY: { file: 'probe_key', minLength: 32 },
    },
  });
