import type { Express } from 'express';
import { createApp } from '@medisupply/shared/http/create-app';
import type { Container } from './container.ts';
import { PROCESS_NAME } from './container.ts';

/** Health and figures of a worker. Without Redis it has nothing to work on, and is not ready. */
export function buildApp(container: Container): Express {
  const { logger, authenticator, metrics, isStopping, queues, database } = container;
  return createApp(PROCESS_NAME, {
    logger,
    authenticator,
    metrics,
    isStopping,
    readiness: [
      { name: 'redis', check: () => queues.isConnected() },
      {
        name: 'base_de_datos',
        check: () => database.read.selectFrom('tarea').select('seq').limit(1).execute(),
      },
    ],
  });
}
