import { z } from 'zod';
import {
  count,
  faultEnvironment,
  milliseconds,
  port,
  processEnvironment,
  redisEnvironment,
  serviceUrls,
} from '@medisupply/shared/config/environment';
import { loadConfig } from '@medisupply/shared/config/load-config';
import { serviceSecrets } from '@medisupply/shared/service/service-config';

export const environment = z.object({
  ...processEnvironment,
  ...redisEnvironment,
  ...faultEnvironment,
  LOGISTICA_URL: serviceUrls.LOGISTICA_URL,
  WORKER_PORT: port(5004),
  WORKER_CONCURRENCY: count(32, 500),
  WORKER_RELAY_POLL_MS: milliseconds(1_500, 60_000),
  WATCHDOG_MS: milliseconds(20_000, 600_000),
});

export const secrets = {
  ...serviceSecrets,
  QUEUE_KEY: { file: 'queue_key', minLength: 32 },
  SERVICE_KEY: { file: 'service_key', minLength: 32 },
} as const;

export const readConfig = (env: NodeJS.ProcessEnv) => loadConfig(environment, { env, secrets });

export type Config = ReturnType<typeof readConfig>;
