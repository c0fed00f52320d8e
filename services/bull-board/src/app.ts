import type { Express } from 'express';
import { createApp } from '@medisupply/shared/http/create-app';
import packageJson from '../package.json' with { type: 'json' };
import type { Container } from './container.ts';
import { SERVICE_NAME } from './container.ts';
import { requireSesion, sesionesRouter } from './sesiones/sesiones.router.ts';

export function buildApp(
  { config, logger, queues, acceso, tablero, authenticator, metrics }: Container,
  options: { isStopping?: () => boolean } = {},
): Express {
  return createApp(SERVICE_NAME, {
    logger,
    version: packageJson.version,
    authenticator,
    metrics,
    trustProxy: config.TRUST_PROXY,
    readiness: [{ name: 'redis', optional: true, check: () => queues.isConnected() }],
    use(app) {
      app.use(sesionesRouter(acceso));
      app.use(requireSesion(acceso.sesiones));
      app.use(tablero.router);
    },
    ...options,
  });
}
