import compression from 'compression';
import type { RequestHandler } from 'express';

/** Below this a compressed answer saves nothing (bytes). */
const WORTHWHILE = 1_024;
/** Answers with tokens, passwords and signatures: what is compressed tells by its length what is in it. */
const SECRETS = /^\/+api\/v1\/autorizador(?=[/?]|$)/;

/**
 * Answers as Brotli or gzip, whichever the client takes. Not those of autorizador, nor event streams, whose events would
 * wait for more.
 */
export const compressAnswers: RequestHandler = compression({
  threshold: WORTHWHILE,
  filter: (request, response) =>
    !SECRETS.test(request.originalUrl) &&
    !String(response.getHeader('Content-Type')).startsWith('text/event-stream') &&
    compression.filter(request, response),
});
