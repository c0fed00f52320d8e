import { z } from 'zod';
import {
  count,
  httpEnvironment,
  milliseconds,
  port,
  processEnvironment,
  proxiedEnvironment,
  redisEnvironment,
  verifierEnvironment,
} from '@medisupply/shared/config/environment';
import { loadConfig } from '@medisupply/shared/config/load-config';

export const environment = z.object({
  ...processEnvironment,
  ...httpEnvironment,
  ...proxiedEnvironment,
  ...redisEnvironment,
  ...verifierEnvironment,
  LOGISTICA_PORT: port(5002),
  AUTORIZADOR_TIMEOUT_MS: milliseconds(800, 10_000),
  RELAY_POLL_MS: milliseconds(250, 60_000),
  CONFIRM_MAX_IN_FLIGHT: count(128, 10_000),
});

export const secrets = {
  QUEUE_KEY: { file: 'queue_key', minLength: 32 },
  FIELD_KEYS: { file: 'field_keys.json', minLength: 32 },
  SERVICE_KEY: { file: 'service_key', minLength: 32 },
  SERVICE_KEYS: { file: 'service_keys.json', minLength: 2 },
  REDIS_PASSWORD: { file: 'redis_password', minLength: 16 },
} as const;

export function readConfig(env: NodeJS.ProcessEnv) {
  return loadConfig(environment, { env, secrets });
}

export type Config = ReturnType<typeof readConfig>;
