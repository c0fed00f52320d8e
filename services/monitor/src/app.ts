import type { Express } from 'express';
import { createApp } from '@medisupply/shared/http/create-app';
import type { Route } from '@medisupply/shared/http/route';
import { actividadRoutes } from './actividad/actividad.routes.ts';
import { colasRoutes } from './colas/colas.routes.ts';
import type { Container } from './container.ts';
import { SERVICE_NAME } from './container.ts';
import { estadoRoutes } from './estado/estado.routes.ts';
import { eventosRoutes } from './eventos/eventos.routes.ts';
import { metricasRoutes } from './metricas/metricas.routes.ts';
import { pingRoutes } from './ping/ping.routes.ts';
import { workersRoutes } from './workers/workers.routes.ts';

export function monitorRoutes(container: Container): Route[] {
  const { config, database, eventos } = container;
  return [
    ...estadoRoutes(container, config),
    ...colasRoutes(container),
    ...workersRoutes(container),
    ...metricasRoutes({ db: database.read }),
    ...actividadRoutes({ db: database.read }),
    ...eventosRoutes({ eventos }),
    ...pingRoutes(container),
  ];
}

/** The service's Express app over what it is given; it opens nothing and listens nowhere. */
export function buildApp(container: Container): Express {
  const { config, logger, authenticator, metrics, isStopping, queues, database } = container;
  return createApp(SERVICE_NAME, {
    description: 'Salud de la plataforma: servicios, colas, workers, bases y métricas',
    logger,
    authenticator,
    metrics,
    isStopping,
    corsOrigins: config.CORS_ORIGINS,
    trustProxy: config.TRUST_PROXY,
    serverPath: '..',
    routes: monitorRoutes(container),
    base: () => database.state(),
    readiness: [
      { name: 'base', check: () => database.read.selectFrom('medicion').select('id').limit(1).execute() },
      { name: 'redis', optional: true, check: () => queues.isConnected() },
    ],
  });
}
