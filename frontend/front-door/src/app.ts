import express from 'express';
import type { Express, RequestHandler } from 'express';
import { allowOnly } from '@medisupply/shared/http/allowed-methods';
import { AppError } from '@medisupply/shared/http/app-error';
import { setupCors } from '@medisupply/shared/http/cors';
import { addHealthCheck } from '@medisupply/shared/http/health';
import { problemHandler } from '@medisupply/shared/http/problem';
import { securityHeaders } from '@medisupply/shared/http/security-headers';
import { strictTransport } from '@medisupply/shared/http/strict-transport';
import { requestId } from '@medisupply/shared/http/request-id';
import type { Logger } from '@medisupply/shared/logging/logger';
import { SERVICES, urlVariable } from '@medisupply/shared/services';
import { VERSION } from '@medisupply/shared/version';
import { createHealthReader } from './health-reader.ts';
import { compressAnswers } from './compress.ts';
import type { FrontDoorConfig } from './config.ts';
import { bodyLimit, rateLimit, requestLineLimit } from './limits.ts';
import type { Proxy, Upstream } from './proxy.ts';
import { createProxy } from './proxy.ts';
import { contentSecurityPolicy, pages, staticFiles } from './static-files.ts';

/** What every service answers at its root, also one whose own paths have a base. */
const AT_THE_ROOT = /^\/(health|livez|readyz|openapi\.json|docs)(?=[/?]|$)/;

export interface FrontDoor {
  app: Express;
  /** Ends the open event streams: they would never end by themselves. */
  endStreams: () => void;
  /** Closes the connections to the services. */
  close: () => void;
}

export interface FrontDoorOptions {
  config: FrontDoorConfig;
  logger: Logger;
  isStopping: () => boolean;
}

/** The gateway (`/api/v1/<service>/…`) and the static files, as Nginx serves them in compose. Listens nowhere. */
export function buildApp({ config, logger, isStopping }: FrontDoorOptions): FrontDoor {
  const upstreams = upstreamsOf(config);
  const proxies: Proxy[] = [];
  const services = createHealthReader(upstreams);

  const app = express();
  app.disable('x-powered-by');
  app.enable('case sensitive routing');
  app.set('query parser', false);

  app.use(requestId);
  app.use(
    securityHeaders({ strictTransportSecurity: false, contentSecurityPolicy: contentSecurityPolicy() }),
  );
  app.use(strictTransport);
  app.use(closeWhenStopping(isStopping));
  app.use(requestLineLimit);
  setupCors(app, config.CORS_ORIGINS);
  addHealthCheck(app, {
    service: 'gateway',
    isStopping,
    more: async () => ({ gateway: 'healthy', services: await services() }),
  });
  app.use(rateLimit(config.GATEWAY_RATE, config.GATEWAY_BURST));
  addFrontendHealth(app);
  app.use(bodyLimit);
  app.use(compressAnswers);

  for (const upstream of upstreams) {
    const proxy = createProxy(upstream, logger);
    proxies.push(proxy);
    app.use(`/api/v1/${upstream.name}`, proxy.handler);
  }
  app.use('/api', unknownService(upstreams));

  app.use(pages(config.FRONTEND_DIR));
  app.use(staticFiles(config.FRONTEND_DIR));
  app.use((request) => {
    throw new AppError('ruta-no-encontrada', 404, `No existe ${request.path}`);
  });
  app.use(problemHandler(logger));

  return {
    app,
    endStreams: () => proxies.forEach((proxy) => proxy.endStreams()),
    close: () => proxies.forEach((proxy) => proxy.close()),
  };
}

/** Of the pages, under the names that the image of the pages always had. */
function addFrontendHealth(app: Express): void {
  const about = { service: 'frontend', version: VERSION };
  app.get('/frontend/health', (_request, response) => {
    response.json({ status: 'healthy', ...about, timestamp: new Date().toISOString() });
  });
  app.get('/frontend/info', (_request, response) => {
    response.json({ ...about, name: 'MediSupply', api: '/api/v1', timestamp: new Date().toISOString() });
  });
  for (const path of ['/frontend/health', '/frontend/info']) allowOnly(app, path, ['GET']);
}

function upstreamsOf(config: FrontDoorConfig): Upstream[] {
  return SERVICES.flatMap((service) => {
    if (!service.gateway) return [];
    const { path: name, base } = service.gateway;
    const upstream = {
      name,
      url: config[urlVariable(service)],
      sourceAddress: config.PROXY_SOURCE_ADDRESS,
    };
    if (base === undefined) return [upstream];
    return [{ ...upstream, rewrite: (path: string) => (AT_THE_ROOT.test(path) ? path : `${base}${path}`) }];
  });
}

function closeWhenStopping(isStopping: () => boolean): RequestHandler {
  return (_request, response, next) => {
    if (isStopping()) response.set('Connection', 'close');
    next();
  };
}

function unknownService(upstreams: readonly Upstream[]): RequestHandler {
  const servicios = upstreams.map((upstream) => `/api/v1/${upstream.name}`);
  return (request) => {
    throw new AppError(
      'ruta-no-encontrada',
      404,
      `No existe ${request.originalUrl.split('?')[0]}; los servicios son ${servicios.join(', ')}`,
      { extensions: { servicios } },
    );
  };
}
