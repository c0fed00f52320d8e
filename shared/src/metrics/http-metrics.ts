import type { Request, RequestHandler, Response } from 'express';
import type { Registry } from 'prom-client';
import { Histogram } from 'prom-client';

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
/** What matched no route; the address itself would make a series of each. */
const NO_ROUTE = 'ninguna';
/** The client went away before there was an answer (nginx's number for it). */
const CLIENT_CLOSED = 499;

/** Number and duration of requests by method, route pattern and status. Streams count when they end. */
export function httpMetrics(registry: Registry): RequestHandler {
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Duration of HTTP requests',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  // Looking a series up by its labels costs more than the observation.
  const series = new Map<string, { observe(seconds: number): void }>();

  function observe(request: Request, response: Response, seconds: number): void {
    const method = METHODS.has(request.method) ? request.method : 'OTRO';
    const route = routeOf(request);
    const status = String(response.headersSent ? response.statusCode : CLIENT_CLOSED);
    const key = `${method} ${status} ${route}`;
    let found = series.get(key);
    if (!found) {
      found = durations.labels(method, route, status);
      series.set(key, found);
    }
    found.observe(seconds);
  }

  return (request, response, next) => {
    const started = performance.now();
    response.once('close', () => observe(request, response, (performance.now() - started) / 1_000));
    next();
  };
}

/** The pattern, never the address. Below a mounted router the prefix may hold values, so it stays out. */
function routeOf(request: Request): string {
  const route = request.route as { path?: unknown } | undefined;
  return typeof route?.path === 'string' ? route.path : NO_ROUTE;
}
