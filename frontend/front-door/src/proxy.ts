import { Agent } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Request, RequestHandler, Response } from 'express';
import { createProxyMiddleware } from 'http-proxy-middleware';
import { AppError, unauthorized, unavailable } from '@medisupply/shared/http/app-error';
import { sendProblem } from '@medisupply/shared/http/problem';
import type { Logger } from '@medisupply/shared/logging/logger';
import { logContext } from '@medisupply/shared/logging/logger';

/** A service that has not begun to answer by then counts as down (ms). Streams begin at once. */
const ANSWER_DEADLINE = 30_000;

/** About the connection or about who is in front of us: never taken from a client. */
const NOT_FROM_CLIENTS = [
  'i-api-key',
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
  'x-real-ip',
  'connection',
  'expect',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'upgrade',
];

/** About the connection to the service, or decided here for all services (CORS). */
const NOT_FROM_SERVICES = new Set([
  'access-control-allow-credentials',
  'access-control-allow-headers',
  'access-control-allow-methods',
  'access-control-allow-origin',
  'access-control-expose-headers',
  'access-control-max-age',
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

export interface Upstream {
  /** Name in the path, `/api/v1/<name>`. */
  name: string;
  /** Base address from the configuration; nothing in a request changes it. */
  url: string;
  /** The service's path for the path behind `/api/v1/<name>`; the same by default. */
  rewrite?: (path: string) => string;
  /** By which the service knows that it may believe who the client is. */
  sourceAddress?: string | undefined;
}

export interface Proxy {
  handler: RequestHandler;
  /** Ends the open event streams: they would never end by themselves. */
  endStreams: () => void;
  /** Closes the connections to the service. */
  close: () => void;
}

/** Passes requests to one service, and its answers back as they come. A service that is down is a 503. */
export function createProxy(upstream: Upstream, logger: Logger): Proxy {
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 64, localAddress: upstream.sourceAddress });
  const streams = new Set<() => void>();

  const pass = createProxyMiddleware<Request, Response>({
    target: upstream.url,
    agent,
    xfwd: true,
    selfHandleResponse: true,
    on: {
      proxyReq: expectAnswer,
      proxyRes: (answer, _request, response) => relayAnswer(answer, response, streams),
      error: (error, request, response) => {
        // Only an upgrade hands over a socket here, and the server has no upgrade listener.
        if (!('headersSent' in response) || response.destroyed) return;
        logger.warn({ motivo: error.message, servicio: upstream.name }, 'el servicio no responde');
        if (response.headersSent) response.destroy();
        else
          sendProblem(
            request,
            response,
            unavailable(`El servicio ${upstream.name} no responde; inténtelo de nuevo`),
          );
      },
    },
  });

  return {
    handler: async (request, response, next) => {
      if (isMetrics(request.path))
        throw new AppError('ruta-no-encontrada', 404, 'Las métricas no se publican aquí');
      // Node would pass on the first alone, and the service could not refuse both.
      if ((request.headersDistinct['authorization']?.length ?? 0) > 1)
        throw unauthorized('La cabecera authorization está repetida');
      for (const name of NOT_FROM_CLIENTS) delete request.headers[name];
      const context = logContext.getStore();
      if (context?.request_id) request.headers['x-request-id'] = context.request_id;
      if (context?.traceparent) request.headers['traceparent'] = context.traceparent;
      request.url = upstream.rewrite?.(request.url) ?? request.url;
      await pass(request, response, next);
    },
    endStreams: () => streams.forEach((end) => end()),
    close: () => agent.destroy(),
  };
}

function expectAnswer(proxied: ClientRequest): void {
  const deadline = setTimeout(() => proxied.destroy(new Error('sin respuesta a tiempo')), ANSWER_DEADLINE);
  proxied.once('response', () => clearTimeout(deadline));
  proxied.once('close', () => clearTimeout(deadline));
}

function relayAnswer(answer: IncomingMessage, response: Response, streams: Set<() => void>): void {
  response.status(answer.statusCode ?? 502);
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value === undefined || NOT_FROM_SERVICES.has(name)) continue;
    if (name === 'vary') response.vary(String(value));
    else response.setHeader(name, value);
  }
  answer.pipe(response);
  if (!answer.headers['content-type']?.startsWith('text/event-stream')) return;
  // The first event may be a long time away; the client must see at once that the stream is open.
  const end = () => {
    answer.unpipe(response);
    response.end();
  };
  streams.add(end);
  response.once('close', () => streams.delete(end));
  setImmediate(() => response.flushHeaders());
}

/** `/metrics` in any spelling that a lenient router might accept. */
const isMetrics = (path: string) => /^\/+metrics\/*$/i.test(decodeURIComponent(path));
