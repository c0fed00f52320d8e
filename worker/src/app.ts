import type { Express } from 'express';
import { createApp } from '@medisupply/shared/http/create-app';
import type { Container } from './container.ts';
import { PROCESS_NAME } from './container.ts';

/** Health and figures of a worker. Without Redis it has nothing to work on, and is not ready. */
export function buildApp(
  { logger, queues, database, authenticator, metrics }: Container,
  isStopping?: () => boolean,
): Express {
  return createApp(PROCESS_NAME, {
    logger,
    authenticator,
    metrics,
    readiness: [
      { name: 'redis', check: () => queues.isConnected() },
      {
        name: 'base_de_datos',
        async check() {
          await database.read.selectFrom('tarea').select('seq').limit(1).execute();
          return true;
        },
      },
    ],
    ...(isStopping ? { isStopping } : {}),
  });
}
