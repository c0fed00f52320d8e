import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import { logContext } from '../logging/logger.ts';
import { fewRandomBytes } from '../security/random-pool.ts';

const REQUEST_ID = /^[A-Za-z0-9_.:-]{1,128}$/;
const TRACEPARENT = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

const requestIds = new WeakMap<Request, string>();

/** Takes or makes `X-Request-Id` and `traceparent`, returns the id, and puts both into every log line. */
export const requestId: RequestHandler = (request, response, next) => {
  const given = request.get('x-request-id');
  const id = given && REQUEST_ID.test(given) ? given : randomUUID();
  const trace = request.get('traceparent');
  const traceparent = trace && TRACEPARENT.test(trace) ? trace : newTraceparent();
  requestIds.set(request, id);
  response.set('X-Request-Id', id);
  logContext.run({ request_id: id, traceparent }, next);
};

export const requestIdOf = (request: Request): string | undefined => requestIds.get(request);

function newTraceparent(): string {
  const hex = fewRandomBytes(24).toString('hex');
  return `00-${hex.slice(0, 32)}-${hex.slice(32)}-01`;
}
