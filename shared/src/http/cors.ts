import cors from 'cors';
import type { CorsOptions } from 'cors';
import type { Express, Request } from 'express';

/** The web application, where `npm start` puts it. */
const WEB_APPLICATION: readonly string[] = ['http://localhost:4200', 'http://127.0.0.1:4200'];

const OPTIONS: CorsOptions = {
  credentials: true,
  methods: ['GET', 'POST', 'PATCH', 'DELETE'],
  allowedHeaders: [
    'Authorization',
    'Content-Type',
    'Idempotency-Key',
    'Last-Event-ID',
    'X-API-Key',
    'X-Request-Id',
    'X-Requested-With',
    'traceparent',
  ],
  exposedHeaders: ['Idempotent-Replayed', 'Link', 'Retry-After', 'X-Request-Id'],
  maxAge: 600,
};

const ORIGINS = 'cors origins';

/**
 * Cross-origin access for the named origins only, never `*` with credentials. `createApp` has called it, with none: a
 * later call names others, for all routes, whenever they were added.
 */
export function setupCors(app: Express, origins: readonly string[] = WEB_APPLICATION): void {
  const isMounted = app.get(ORIGINS) !== undefined;
  app.set(ORIGINS, [...origins]);
  if (isMounted) return;
  const answer = cors<Request>((_request, callback) =>
    callback(null, { ...OPTIONS, origin: app.get(ORIGINS) as string[] }),
  );
  app.use((request, response, next) => {
    const origin = request.get('origin');
    // Nobody else asks: no leave is needed, and OPTIONS is no preflight, but the question which methods there are.
    if (origin === undefined || origin === `${request.protocol}://${request.get('host')}`) {
      response.vary('Origin');
      next();
    } else answer(request, response, next);
  });
}
