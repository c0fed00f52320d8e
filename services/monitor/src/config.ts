import { z } from 'zod';
import {
  assertFaultsAllowed,
  faultEnvironment,
  httpEnvironment,
  httpUrl,
  port,
  processEnvironment,
  redisEnvironment,
  verifierEnvironment,
} from '@medisupply/shared/config/environment';
import { loadConfig } from '@medisupply/shared/config/load-config';

/** Whom the monitor asks for their health. */
export const serviceEnvironment = {
  LOGISTICA_URL: httpUrl('http://127.0.0.1:5002'),
  AUTORIZADOR_URL: httpUrl('http://127.0.0.1:5003'),
  MONITOR_URL: httpUrl('http://127.0.0.1:5001'),
  BULL_BOARD_URL: httpUrl('http://127.0.0.1:5555'),
};

export const environment = z.object({
  ...processEnvironment,
  ...httpEnvironment,
  ...redisEnvironment,
  ...verifierEnvironment,
  ...serviceEnvironment,
  ...faultEnvironment,
  MONITOR_PORT: port(5001),
});

export const secrets = {
  REDIS_PASSWORD: { file: 'redis_password', minLength: 16 },
  SERVICE_KEYS: { file: 'service_keys.json', minLength: 2 },
} as const;

export type MonitorConfig = ReturnType<typeof loadMonitorConfig>;

/** @throws ConfigError */
export function loadMonitorConfig(env: NodeJS.ProcessEnv) {
  const config = loadConfig(environment, { env, secrets });
  assertFaultsAllowed(config);
  return config;
}

export const taskEnvironment = z.object({
  ...processEnvironment,
  ...redisEnvironment,
  ...serviceEnvironment,
});

/** What the monitor's tasks need of the worker's environment. @throws ConfigError */
export const loadTaskConfig = (env: NodeJS.ProcessEnv) =>
  loadConfig(taskEnvironment, { env, secrets: { REDIS_PASSWORD: secrets.REDIS_PASSWORD } });
