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
import { databaseEnvironment } from '@medisupply/shared/db/database-environment';
import { serviceSecrets } from '@medisupply/shared/service/service-config';
import { QUEUES } from '@medisupply/shared/tasks/registry';

/** Names of queues, separated by commas; none means all of them. */
const queueNames = z
  .string()
  .default('')
  .transform((value) => [...new Set(value.split(',').map((name) => name.trim()))].filter(Boolean))
  .pipe(z.array(z.enum(QUEUES, { error: `Hay una cola que no existe; las hay: ${QUEUES.join(', ')}` })))
  .transform((names) => (names.length > 0 ? names : [...QUEUES]));

export const environment = z.object({
  ...processEnvironment,
  ...databaseEnvironment('LOGISTICA'),
  ...redisEnvironment,
  ...faultEnvironment,
  LOGISTICA_URL: serviceUrls.LOGISTICA_URL,
  WORKER_PORT: port(5004),
  WORKER_QUEUES: queueNames,
  WORKER_CONCURRENCY: count(32, 500),
  WORKER_RELAY_POLL_MS: milliseconds(1_500, 60_000),
  WATCHDOG_MS: milliseconds(20_000, 600_000),
});

export const secrets = {
  ...serviceSecrets,
  QUEUE_KEY: { file: 'queue_key', minLength: 32 },
  LIVE_KEY: { file: 'live_key', minLength: 32 },
  // Of the monitor's tasks.
  PROBE_KEY: { file: 'probe_key', minLength: 32 },
  SERVICE_KEY: { file: 'service_key', minLength: 32 },
} as const;

/** With the environment itself, of which the tasks of each service read their own. @throws ConfigError */
export const readConfig = (env: NodeJS.ProcessEnv = process.env) => ({
  ...loadConfig(environment, { env, secrets }),
  env,
});

export type Config = ReturnType<typeof readConfig>;
