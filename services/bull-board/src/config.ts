import { z } from 'zod';
import {
  httpEnvironment,
  port,
  processEnvironment,
  proxiedEnvironment,
  proxyEnvironment,
  redisEnvironment,
  verifierEnvironment,
} from '@medisupply/shared/config/environment';
import { loadConfig } from '@medisupply/shared/config/load-config';

export const environment = z.object({
  ...processEnvironment,
  ...redisEnvironment,
  ...verifierEnvironment,
  LAME_DUCK_MS: httpEnvironment.LAME_DUCK_MS,
  ...proxiedEnvironment,
  ...proxyEnvironment,
  BULL_BOARD_PORT: port(5555),
});

export const secrets = {
  SESSION_KEY: { file: 'session_key', minLength: 32 },
  SERVICE_KEYS: { file: 'service_keys.json', minLength: 2 },
  REDIS_PASSWORD: { file: 'redis_password', minLength: 16 },
} as const;

/** @throws ConfigError */
export function readConfig(env: NodeJS.ProcessEnv) {
  return loadConfig(environment, { env, secrets });
}

export type Config = ReturnType<typeof readConfig>;
