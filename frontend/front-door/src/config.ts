import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import {
  count,
  httpEnvironment,
  port,
  processEnvironment,
  proxyEnvironment,
  serviceUrls,
} from '@medisupply/shared/config/environment';
import { loadConfig } from '@medisupply/shared/config/load-config';

const folder = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** The Angular app; while it was never built, the page that says what runs here. */
function builtApp(): string {
  const app = folder('dist/medisupply/browser');
  return existsSync(app) ? app : folder('welcome');
}

export const environment = z.object({
  ...processEnvironment,
  ...httpEnvironment,
  ...proxyEnvironment,
  FRONTEND_PORT: port(4200),
  GATEWAY_PORT: port(8080),
  BULL_BOARD_PORT: port(5555),
  ...serviceUrls,
  FRONTEND_DIR: z.string().default(builtApp),
  GATEWAY_RATE: count(2_000, 1_000_000).describe('Requests per second that one client address may send'),
  GATEWAY_BURST: count(4_000, 1_000_000).describe('Requests that one client address may send at once'),
});

export type FrontDoorConfig = z.output<typeof environment>;

/** @throws ConfigError */
export const frontDoorConfig = (env: NodeJS.ProcessEnv): FrontDoorConfig => loadConfig(environment, { env });
