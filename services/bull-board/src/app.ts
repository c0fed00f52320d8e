import type { Express } from 'express';
import { createApp } from '@medisupply/shared/http/create-app';
import type { Container } from './container.ts';
import { SERVICE_NAME } from './container.ts';
import { requireSesion, sesionesRouter } from './sesiones/sesiones.router.ts';

/** The board's Express app over what it is given; it opens nothing and listens nowhere. */
export function buildApp(container: Container): Express {
  const { config, logger, authenticator, metrics, isStopping, queues, acceso, tablero } = container;
  return createApp(SERVICE_NAME, {
    logger,
    authenticator,
    metrics,
    isStopping,
    trustProxy: config.TRUST_PROXY,
    readiness: [{ name: 'redis', optional: true, check: () => queues.isConnected() }],
    use(app) {
      app.use(sesionesRouter(acceso));
      app.use(requireSesion(acceso.sesiones));
      app.use(tablero.router);
    },
  });
}
