import type { Express } from 'express';
import { createApp } from '@medisupply/shared/http/create-app';
import type { Container } from './container.ts';
import { SERVICE_NAME } from './container.ts';
import { requireSesion, sesionesRouter } from './sesiones/sesiones.router.ts';

export function buildApp(
  { logger, queues, acceso, tablero, authenticator, metrics }: Container,
  options: { isStopping?: () => boolean } = {},
): Express {
  return createApp(SERVICE_NAME, {
    logger,
    authenticator,
    metrics,
    readiness: [{ name: 'redis', optional: true, check: () => queues.isConnected() }],
    use(app) {
      app.use(sesionesRouter(acceso));
      app.use(requireSesion(acceso.sesiones));
      app.use(tablero.router);
    },
    ...options,
  });
}
