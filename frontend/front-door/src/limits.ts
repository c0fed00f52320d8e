import type { RequestHandler } from 'express';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { LIMITES } from '@medisupply/shared/contracts/vocabulary';
import { AppError, badRequest, tooManyRequests } from '@medisupply/shared/http/app-error';

const MAX_BODY = 256 * 1024;
/** A photo of a delivery. */
const FOTO = /^\/api\/v1\/logistica\/entrega\/\d+\/foto$/;
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Only ordinary methods on ordinary paths: no TRACE, no `GET http://elsewhere/`, no path that does not decode. */
export const requestLineLimit: RequestHandler = (request, _response, next) => {
  if (!METHODS.includes(request.method)) {
    throw new AppError('metodo-no-permitido', 405, `El método ${request.method} no se admite`, {
      headers: { Allow: METHODS.join(', ') },
    });
  }
  if (!request.url.startsWith('/')) throw badRequest('La dirección debe empezar por /');
  try {
    decodeURIComponent(request.path);
  } catch {
    throw badRequest('La dirección no está bien codificada');
  }
  next();
};

/** 413 as soon as the announced length is too large; chunked bodies are measured by the services. */
export const bodyLimit: RequestHandler = (request, _response, next) => {
  const max = FOTO.test(request.path) ? LIMITES.foto : MAX_BODY;
  if (Number(request.headers['content-length'] ?? 0) <= max) next();
  else throw new AppError('cuerpo-demasiado-grande', 413, `El cuerpo supera el máximo de ${max / 1024} KiB`);
};

/** At most `burst` requests at once and `rate` per second on the long run, for each client address. */
export function rateLimit(rate: number, burst: number): RequestHandler {
  const limiter = new RateLimiterMemory({ points: burst, duration: burst / rate });
  return async (request, _response, next) => {
    try {
      await limiter.consume(request.socket.remoteAddress ?? 'desconocido');
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      throw tooManyRequests('Demasiadas solicitudes; espere un momento', refusal.msBeforeNext / 1_000);
    }
    next();
  };
}
