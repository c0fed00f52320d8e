import type { Express } from 'express';
import { createApp } from '@medisupply/shared/http/create-app';
import type { Route } from '@medisupply/shared/http/route';
import packageJson from '../package.json' with { type: 'json' };
import { colasRoutes } from './colas/colas.routes.ts';
import type { Container } from './container.ts';
import { estadoRoutes } from './estado/estado.routes.ts';
import { serviciosDe } from './estado/medir-servicios.ts';
import { pingRoutes } from './ping/ping.routes.ts';
import { workersRoutes } from './workers/workers.routes.ts';

export function monitorRoutes({ config, queues, throughput, sonda }: Container): Route[] {
  return [
    ...estadoRoutes({
      queues,
      throughput,
      sonda,
      servicios: serviciosDe(config),
      dataDir: config.DATA_DIR,
      faults: config,
    }),
    ...colasRoutes({ queues, throughput }),
    ...workersRoutes({ redis: queues.redis }),
    ...pingRoutes({ queues, throughput, sonda, logisticaUrl: config.LOGISTICA_URL }),
  ];
}

export function buildApp(container: Container, options: { isStopping?: () => boolean } = {}): Express {
  const { config, logger, authenticator, queues, database } = container;
  return createApp('monitor', {
    logger,
    routes: monitorRoutes(container),
    authenticator,
    corsOrigins: config.CORS_ORIGINS,
    version: packageJson.version,
    serverPath: '..',
    description: 'Salud de la plataforma: servicios, colas, workers, bases y métricas',
    readiness: [
      {
        name: 'base',
        async check() {
          await database.leer.selectFrom('medicion').select('id').limit(1).execute();
          return true;
        },
      },
      { name: 'redis', optional: true, check: () => queues.isConnected() },
    ],
    ...options,
  });
}
