import type { Express } from 'express';
import { createApp } from '@medisupply/shared/http/create-app';
import type { Route } from '@medisupply/shared/http/route';
import packageJson from '../package.json' with { type: 'json' };
import { colasRoutes } from './colas/colas.routes.ts';
import type { Container } from './container.ts';
import { actividadRoutes } from './actividad/actividad.routes.ts';
import { estadoRoutes } from './estado/estado.routes.ts';
import { serviciosDe } from './estado/medir-servicios.ts';
import { eventosRoutes } from './eventos/eventos.routes.ts';
import { metricasRoutes } from './metricas/metricas.routes.ts';
import { pingRoutes } from './ping/ping.routes.ts';
import { workersRoutes } from './workers/workers.routes.ts';

export function monitorRoutes({ config, database, queues, throughput, sonda, eventos }: Container): Route[] {
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
    ...metricasRoutes({ db: database.read }),
    ...actividadRoutes({ db: database.read }),
    ...eventosRoutes({ eventos }),
    ...pingRoutes({ queues, throughput, sonda, logisticaUrl: config.LOGISTICA_URL }),
  ];
}

export function buildApp(container: Container, options: { isStopping?: () => boolean } = {}): Express {
  const { config, logger, authenticator, metrics, queues, database } = container;
  return createApp('monitor', {
    logger,
    routes: monitorRoutes(container),
    authenticator,
    metrics,
    corsOrigins: config.CORS_ORIGINS,
    trustProxy: config.TRUST_PROXY,
    version: packageJson.version,
    serverPath: '..',
    description: 'Salud de la plataforma: servicios, colas, workers, bases y métricas',
    readiness: [
      {
        name: 'base',
        async check() {
          await database.read.selectFrom('medicion').select('id').limit(1).execute();
          return true;
        },
      },
      { name: 'redis', optional: true, check: () => queues.isConnected() },
    ],
    ...options,
  });
}
