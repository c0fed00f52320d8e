import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import {
  count,
  httpEnvironment,
  port,
  processEnvironment,
  proxyEnvironment,
  serviceUrls,
  tlsEnvironment,
} from '@medisupply/shared/config/environment';
import { loadConfig } from '@medisupply/shared/config/load-config';

const BUILT_APP = fileURLToPath(new URL('../../dist/medisupply/browser', import.meta.url));

// Nobody is in front of it whom it would believe.
const { TRUST_PROXY: _, ...doorEnvironment } = httpEnvironment;

export const environment = z.object({
  ...processEnvironment,
  ...doorEnvironment,
  ...proxyEnvironment,
  ...tlsEnvironment,
  FRONTEND_PORT: port(4200),
  GATEWAY_PORT: port(8080),
  ...serviceUrls,
  FRONTEND_DIR: z.string().default(BUILT_APP),
  GATEWAY_RATE: count(2_000, 1_000_000).describe('Requests per second that one client address may send'),
  GATEWAY_BURST: count(4_000, 1_000_000).describe('Requests that one client address may send at once'),
});

export type FrontDoorConfig = z.output<typeof environment>;

/** @throws ConfigError */
export const frontDoorConfig = (env: NodeJS.ProcessEnv): FrontDoorConfig => loadConfig(environment, { env });
