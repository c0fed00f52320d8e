import type { RequestHandler } from 'express';

const YEAR = 365 * 24 * 3_600;
/** A browser would keep every other server of this machine to HTTPS as well: the rule knows no ports. */
const THIS_MACHINE = /^(localhost|.*\.localhost|127\.[\d.]+|\[::1\])$/;

/** Tells a browser that came by HTTPS never to come in the clear again. */
export const strictTransport: RequestHandler = (request, response, next) => {
  if (request.secure && !THIS_MACHINE.test(request.hostname ?? ''))
    response.set('Strict-Transport-Security', `max-age=${YEAR}`);
  next();
};
