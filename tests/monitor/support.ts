import { buildApp as buildMonitor } from '@medisupply/monitor/app';
import { readConfig } from '@medisupply/monitor/config';
import type { Container } from '@medisupply/monitor/container';
import { createContainer } from '@medisupply/monitor/create-container';
import { createLogger } from '@medisupply/shared/logging/logger';
import type { Platform } from '../support/platform.ts';
import { serve, until } from '../support/platform.ts';

export interface RunningMonitor {
  url: string;
  container: Container;
  close(): Promise<void>;
}

export const silent = createLogger('test', { level: 'silent' });

/** The monitor of a platform, on a free port. */
export async function startMonitor(platform: Platform): Promise<RunningMonitor> {
  const container = await createContainer(readConfig(platform.env('monitor')), { logger: silent });
  const server = await serve(buildMonitor(container));
  await until(() => container.queues.isConnected());
  return {
    url: server.url,
    container,
    async close() {
      container.eventos.endAll();
      await server.close();
      await container.close();
    },
  };
}
