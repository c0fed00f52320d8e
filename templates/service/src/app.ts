import type { Express } from 'express';
import { createApp } from '@medisupply/shared/http/create-app';
import packageJson from '../package.json' with { type: 'json' };
import type { Container } from './container.ts';
import { SERVICE_NAME } from './container.ts';
import { saludosRoutes } from './saludos/saludos.routes.ts';

/** The service's Express app over what it is given; it opens nothing and listens nowhere. */
export function buildApp(container: Container, isStopping?: () => boolean): Express {
  const { config, logger, authenticator, metrics, database } = container;
  return createApp(SERVICE_NAME, {
    version: packageJson.version,
    description: 'Servicio plantilla: saludos',
    logger,
    authenticator,
    metrics,
    corsOrigins: config.CORS_ORIGINS,
    trustProxy: config.TRUST_PROXY,
    routes: saludosRoutes(container),
    readiness: [
      {
        name: 'base_de_datos',
        async check() {
          await database.read.selectFrom('saludo').select('id').limit(1).execute();
          return true;
        },
      },
      { name: 'redis', optional: true, check: container.isRedisConnected },
    ],
    ...(isStopping ? { isStopping } : {}),
  });
}
