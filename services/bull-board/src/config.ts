import { z } from 'zod';
import { port, proxyEnvironment, tlsEnvironment } from '@medisupply/shared/config/environment';
import { loadConfig } from '@medisupply/shared/config/load-config';
import { serviceEnvironment, serviceSecrets } from '@medisupply/shared/service/service-config';

// No page of another origin has business here.
const { CORS_ORIGINS: _, ...boardEnvironment } = serviceEnvironment;

export const environment = z.object({
  ...boardEnvironment,
  ...proxyEnvironment,
  ...tlsEnvironment,
  BULL_BOARD_PORT: port(5555),
});

export const secrets = serviceSecrets;

/** @throws ConfigError */
export const readConfig = (env: NodeJS.ProcessEnv = process.env) => loadConfig(environment, { env, secrets });

export type Config = ReturnType<typeof readConfig>;
