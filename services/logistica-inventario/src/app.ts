import type { Express } from 'express';
import { wireName } from '@medisupply/shared/services';
import { createApp } from '@medisupply/shared/http/create-app';
import type { Container } from './container.ts';
import { SERVICE_NAME } from './container.ts';
import { enlacesRoutes } from './enlaces/enlaces.routes.ts';
import { entregasRoutes } from './entregas/entregas.routes.ts';
import { inventarioRoutes } from './inventario/inventario.routes.ts';
import { pruebasRoutes } from './pruebas/pruebas.routes.ts';
import { reportesRoutes } from './reportes/reportes.routes.ts';
import { tareasRoutes } from './tareas/tareas.routes.ts';

/** The service's Express app over what it is given; it opens nothing and listens nowhere. */
export function buildApp(container: Container): Express {
  const { config, logger, authenticator, metrics, isStopping, database, queues, keySet } = container;
  return createApp(SERVICE_NAME, {
    description: 'Entregas, confirmaciones firmadas, inventario y tareas',
    logger,
    authenticator,
    metrics,
    isStopping,
    service: wireName(SERVICE_NAME),
    corsOrigins: config.CORS_ORIGINS,
    trustProxy: config.TRUST_PROXY,
    routes: [
      ...entregasRoutes(container),
      ...pruebasRoutes(container),
      ...enlacesRoutes(container),
      ...inventarioRoutes(container),
      ...tareasRoutes(container),
      ...reportesRoutes(container),
    ],
    base: () => database.state(),
    readiness: [
      {
        name: 'base_de_datos',
        check: () => database.read.selectFrom('entrega').select('id').limit(1).execute(),
      },
      // Confirming works without Redis: the outbox keeps what is accepted.
      { name: 'redis', optional: true, check: () => queues.isConnected() },
      { name: 'claves_publicas', optional: true, check: () => !keySet.isEmpty() },
    ],
  });
}
