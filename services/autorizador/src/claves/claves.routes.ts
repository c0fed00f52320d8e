import { jwksResponse } from '@medisupply/shared/contracts/autorizador';
import type { Route } from '@medisupply/shared/http/route';
import { publicRoute, reply } from '@medisupply/shared/http/route';
import type { Container } from '../container.ts';

export function clavesRoutes({ claves }: Container): Route[] {
  return [
    publicRoute({
      method: 'get',
      path: '/.well-known/jwks.json',
      summary:
        'Claves públicas de los tokens (ES256), de las firmas de entrega (EdDSA) y de las pruebas (EdDSA, use: prueba)',
      tag: 'claves',
      responses: { 200: { description: 'JWKS', schema: jwksResponse } },
      handler: () => reply(200, claves.jwks(), { 'Cache-Control': 'public, max-age=60' }),
    }),
  ];
}
