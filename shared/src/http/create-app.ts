import express from 'express';
import type { ErrorRequestHandler, Express, Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import type { Logger } from '../logging/logger.ts';
import { createLogger } from '../logging/logger.ts';
import type { Authenticator } from './authenticate.ts';
import type { AppMetrics } from './metrics-endpoint.ts';
import { addMetrics } from './metrics-endpoint.ts';
import { setupCors } from './cors.ts';
import type { HealthOptions } from './health.ts';
import { addHealthCheck } from './health.ts';
import { jsonBody, refuseLargeBody } from './json-body.ts';
import { addDocumentation } from './openapi.ts';
import type { ServerPath } from './openapi.ts';
import { problemHandler, routeNotFound } from './problem.ts';
import { requestId } from './request-id.ts';
import type { Route } from './route.ts';
import { mountRoutes } from './route.ts';
import { securityHeaders } from './security-headers.ts';
import { strictTransport } from './strict-transport.ts';
import { VERSION } from '../version.ts';

export interface AppOverrides extends HealthOptions {
  logger?: Logger;
  routes?: readonly Route[];
  /** Needed as soon as one route is not public. */
  authenticator?: Authenticator;
  corsOrigins?: readonly string[];
  /** Whose `X-Forwarded-*` are believed: addresses, networks, `loopback`. Absent: nobody's. */
  trustProxy?: readonly string[];
  /** Measured from the first middleware on, and answered at `/metrics`; needs the authenticator. */
  metrics?: AppMetrics;
  /** `..` where the gateway's prefix stands for the first segment of the paths, as in `/api/v1/monitor/status`. */
  serverPath?: ServerPath;
  /** What the service is, one sentence, for its documentation page. */
  description?: string;
  /** Mounted before the routes: pages, routers of libraries. */
  use?: (app: Express) => void;
}

/**
 * An Express app with all that every service has: request ids, security headers, CORS, strict JSON bodies, health,
 * the routes with their documentation at `/docs`, and problem+json errors. It opens nothing and listens nowhere. Routes
 * may be added to it later; those of Express itself, `app.get(…)`, are open to everybody and not documented.
 */
export function createApp(serviceName: string, overrides: AppOverrides = {}): Express {
  z.config(z.locales.es());
  const logger = overrides.logger ?? createLogger(serviceName);
  const routes = overrides.routes ?? [];
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('trust proxy', [...(overrides.trustProxy ?? [])]);
  app.set('query parser', 'simple');

  if (overrides.metrics) app.use(overrides.metrics.http);
  app.use(requestId);
  app.use(accessLog(logger));
  app.use(securityHeaders({ strictTransportSecurity: false }));
  app.use(strictTransport);
  setupCors(app, overrides.corsOrigins ?? []);
  app.use(closeWhenStopping(overrides.isStopping));
  app.use(refuseLargeBody(routes));
  addHealthCheck(app, { ...overrides, service: overrides.service ?? serviceName });
  if (overrides.metrics) {
    if (!overrides.authenticator) throw new Error('metrics need an authenticator: pass it to createApp');
    addMetrics(app, overrides.metrics, overrides.authenticator);
  }
  // Without routes there is nothing to document, and such a service (a page behind a login) shows nothing unasked.
  if (routes.length > 0) {
    addDocumentation(
      app,
      routes,
      {
        title: serviceName,
        version: VERSION,
        description: overrides.description ?? serviceName,
      },
      overrides.serverPath,
    );
  }
  overrides.use?.(app);
  mountRoutes(app, routes, { authenticator: overrides.authenticator, logger });
  // For what is added later.
  app.use(jsonBody);
  return withLastWord(app, problemHandler(logger, overrides.metrics?.refused));
}

type Handle = (request: Request, response: Response, done?: (error?: unknown) => void) => void;

/**
 * What no route answered and what a route threw ends in problem+json, whenever the route was added: it is the app's last
 * word, in the place of Express's own, and not one more handler that later ones would stand behind.
 */
function withLastWord(app: Express, onError: ErrorRequestHandler): Express {
  const own = app as Express & { handle: Handle };
  const handle = own.handle.bind(app);
  own.handle = (request, response, done) => {
    const lastWord = (error?: unknown): void => {
      void onError(error ?? routeNotFound(request), request, response, () => void response.destroy());
    };
    handle(request, response, done ?? lastWord);
  };
  return app;
}

/** One line per request at `debug`, but for the launcher's every second; bodies, queries and headers stay out of it. */
function accessLog(logger: Logger): RequestHandler {
  return (request, response, next) => {
    if (!logger.isLevelEnabled('debug') || request.path === '/livez') {
      next();
      return;
    }
    const started = performance.now();
    response.once('finish', () => {
      logger.debug(
        {
          method: request.method,
          path: request.originalUrl.split('?')[0],
          status: response.statusCode,
          ms: Math.round((performance.now() - started) * 10) / 10,
        },
        'solicitud',
      );
    });
    next();
  };
}

/** While the process drains, clients are told to open their next connection elsewhere. */
function closeWhenStopping(isStopping: (() => boolean) | undefined): RequestHandler {
  return (_request, response, next) => {
    if (isStopping?.()) response.set('Connection', 'close');
    next();
  };
}
