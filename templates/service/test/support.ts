/** The service with its real database; a small HTTP server takes logistica's place. */
import { listen } from '@medisupply/shared/lifecycle/run-process';
import { createLogger } from '@medisupply/shared/logging/logger';
import type { DataDir } from '@medisupply/shared/testing/data-dir';
import { closeServer, urlOf } from '@medisupply/shared/testing/fake-service';
import { buildApp } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import type { Container } from '../src/container.ts';
import { SERVICE_NAME } from '../src/container.ts';
import { createContainer } from '../src/create-container.ts';

/** Where nobody listens. */
const NOWHERE = 'http://127.0.0.1:1';

export const silent = () => createLogger('test', { level: 'silent' });

export interface RunningService {
  url: string;
  container: Container;
  close(): Promise<void>;
}

export async function startServicioPlantilla(
  data: DataDir,
  env: NodeJS.ProcessEnv = {},
): Promise<RunningService> {
  const config = readConfig({
    DATA_DIR: data.path,
    SECRETS_DIR: data.secrets(SERVICE_NAME),
    REDIS_URL: 'redis://127.0.0.1:1',
    AUTORIZADOR_URL: NOWHERE,
    LOGISTICA_URL: NOWHERE,
    ...env,
  });
  const container = await createContainer(config, { logger: silent() });
  const server = await listen(buildApp(container), 0, '127.0.0.1', 'SERVICIO_PLANTILLA_PORT');
  return {
    url: urlOf(server),
    container,
    async close() {
      await closeServer(server);
      await container.close();
    },
  };
}
