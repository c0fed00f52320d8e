import type { Express } from 'express';
import { createApp } from '@medisupply/shared/http/create-app';
import type { Route } from '@medisupply/shared/http/route';
import { clavesRoutes } from './claves/claves.routes.ts';
import type { Container } from './container.ts';
import { SERVICE_NAME } from './container.ts';
import { firmasRoutes } from './firmas/firmas.routes.ts';
import { sesionesRoutes } from './sesiones/sesiones.routes.ts';
import { mensajerosRoutes } from './usuarios/mensajeros.routes.ts';
import { usuariosRoutes } from './usuarios/usuarios.routes.ts';

export const autorizadorRoutes = (container: Container): Route[] => [
  ...usuariosRoutes(container),
  ...mensajerosRoutes(container),
  ...sesionesRoutes(container),
  ...firmasRoutes(container),
  ...clavesRoutes(container),
];

/** The service's Express app over what it is given; it opens nothing and listens nowhere. */
export function buildApp(container: Container): Express {
  const { config, logger, authenticator, metrics, isStopping, db, redis } = container;
  return createApp(SERVICE_NAME, {
    description: 'Usuarios, tokens de acceso, firmas de entrega y claves públicas',
    logger,
    authenticator,
    metrics,
    isStopping,
    corsOrigins: config.CORS_ORIGINS,
    trustProxy: config.TRUST_PROXY,
    routes: autorizadorRoutes(container),
    base: () => db.state(),
    readiness: [
      {
        name: 'base_de_datos',
        check: () => db.read.selectFrom('usuario').select('id').limit(1).execute(),
      },
      { name: 'redis', optional: true, check: () => redis.status === 'ready' },
    ],
  });
}
