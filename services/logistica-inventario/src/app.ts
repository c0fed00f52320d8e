import type { Express } from 'express';
import { createApp } from '@medisupply/shared/http/create-app';
import { VERSION } from '@medisupply/shared/version';
import type { Container } from './container.ts';
import { SERVICE_NAME } from './container.ts';
import { entregasRoutes } from './entregas/entregas.routes.ts';
import { inventarioRoutes } from './inventario/inventario.routes.ts';
import { reportesRoutes } from './reportes/reportes.routes.ts';
import { tareasRoutes } from './tareas/tareas.routes.ts';

/** The service's Express app over what it is given; it opens nothing and listens nowhere. */
export function buildApp(container: Container, isStopping?: () => boolean): Express {
  return createApp(SERVICE_NAME, {
    version: VERSION,
    description: 'Entregas, confirmaciones firmadas, inventario y tareas',
    logger: container.logger,
    authenticator: container.authenticator,
    metrics: container.metrics,
    corsOrigins: container.config.CORS_ORIGINS,
    trustProxy: container.config.TRUST_PROXY,
    routes: [
      ...entregasRoutes(container),
      ...inventarioRoutes(container),
      ...tareasRoutes(container),
      ...reportesRoutes(container),
    ],
    readiness: [
      { name: 'base_de_datos', check: () => canRead(container) },
      // Confirming works without Redis: the outbox keeps what is accepted.
      { name: 'redis', optional: true, check: () => container.queues.isConnected() },
      { name: 'claves_publicas', optional: true, check: () => !container.keySet.isEmpty() },
    ],
    ...(isStopping ? { isStopping } : {}),
  });
}

async function canRead({ database }: Container): Promise<boolean> {
  await database.read.selectFrom('entrega').select('id').limit(1).execute();
  return true;
}
