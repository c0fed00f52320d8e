import type { Express } from 'express';
import { createApp } from '@medisupply/shared';
import type { Container } from './container.ts';
import { SERVICE_NAME } from './container.ts';
import { saludosRoutes } from './saludos/saludos.routes.ts';

/** The service's Express app over what it is given; it opens nothing and listens nowhere. */
export function buildApp(container: Container): Express {
  const { config, logger, authenticator, metrics, isStopping, database, isRedisConnected } = container;
  return createApp(SERVICE_NAME, {
    description: 'Servicio plantilla: saludos',
    logger,
    authenticator,
    metrics,
    isStopping,
    corsOrigins: config.CORS_ORIGINS,
    trustProxy: config.TRUST_PROXY,
    routes: saludosRoutes(container),
    base: () => database.state(),
    readiness: [
      {
        name: 'base_de_datos',
        check: () => database.read.selectFrom('saludo').select('id').limit(1).execute(),
      },
      { name: 'redis', optional: true, check: isRedisConnected },
    ],
  });
}
