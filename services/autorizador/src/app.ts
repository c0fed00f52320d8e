import type { Express } from 'express';
import { createApp } from '@medisupply/shared/http/create-app';
import type { Route } from '@medisupply/shared/http/route';
import { VERSION } from '@medisupply/shared/version';
import { clavesRoutes } from './claves/claves.routes.ts';
import type { Container } from './container.ts';
import { firmasRoutes } from './firmas/firmas.routes.ts';
import { sesionesRoutes } from './sesiones/sesiones.routes.ts';
import { usuariosRoutes } from './usuarios/usuarios.routes.ts';

export const autorizadorRoutes = (container: Container): Route[] => [
  ...usuariosRoutes(container),
  ...sesionesRoutes(container),
  ...firmasRoutes(container),
  ...clavesRoutes(container),
];

/** The Express app of autorizador; opens nothing and listens nowhere. */
export function buildApp(container: Container, options: { isStopping?: () => boolean } = {}): Express {
  const { config, logger, authenticator, corsOrigins, redis, metrics } = container;
  return createApp('autorizador', {
    version: VERSION,
    logger,
    authenticator,
    metrics,
    corsOrigins,
    trustProxy: config.TRUST_PROXY,
    description: 'Usuarios, tokens de acceso, firmas de entrega y claves públicas',
    routes: autorizadorRoutes(container),
    readiness: [
      { name: 'base_de_datos', check: () => canRead(container) },
      { name: 'redis', optional: true, check: () => redis.status === 'ready' },
    ],
    ...options,
  });
}

async function canRead({ db }: Container): Promise<boolean> {
  await db.read.selectFrom('usuario').select('id').limit(1).execute();
  return true;
}
