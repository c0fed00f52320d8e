import type { ErrorRequestHandler, Request, Response } from 'express';
import { problemType } from '../contracts/vocabulary.ts';
import type { Logger } from '../logging/logger.ts';
import { AppError } from './app-error.ts';
import { requestIdOf } from './request-id.ts';

const TITLES: Record<number, string> = {
  400: 'Solicitud no válida',
  401: 'No autenticado',
  403: 'No permitido',
  404: 'No encontrado',
  405: 'Método no permitido',
  408: 'Tiempo agotado',
  409: 'Conflicto',
  413: 'Cuerpo demasiado grande',
  415: 'Tipo de contenido no admitido',
  422: 'No procesable',
  429: 'Demasiadas solicitudes',
  431: 'Cabeceras demasiado grandes',
  500: 'Error interno',
  503: 'Servicio no disponible',
  507: 'Sin espacio',
};

/** Writes RFC 9457 problem+json; `error` and `mensaje` repeat `detail` for existing clients. */
export function sendProblem(request: Request, response: Response, error: AppError): void {
  response.set(error.headers);
  response
    .status(error.status)
    .type('application/problem+json')
    .send(
      JSON.stringify({
        type: problemType(error.code),
        title: TITLES[error.status] ?? 'Error',
        status: error.status,
        detail: error.message,
        instance: request.originalUrl.split('?')[0],
        request_id: requestIdOf(request),
        error: error.message,
        mensaje: error.message,
        ...(error.errors ? { errors: error.errors } : {}),
        ...error.extensions,
      }),
    );
}

/** One line of a kind of refusal is enough for so long (ms): under a flood there are thousands. */
const REFUSAL_LINE_EVERY = 60_000;

/**
 * The one error handler. What is not an AppError is logged in full and answered as a bare 500. Refusing because there is
 * too much to do (429, 503) is planned: it is counted, and a 503 said in one short line a minute.
 */
export function problemHandler(logger: Logger, count?: (refusal: AppError) => void): ErrorRequestHandler {
  const said = new Map<string, number>();

  function refused(error: AppError, path: string): void {
    count?.(error);
    const now = performance.now();
    if (error.status !== 503 || now - (said.get(error.reason) ?? -Infinity) < REFUSAL_LINE_EVERY) return;
    said.set(error.reason, now);
    const causa = error.cause instanceof Error ? { causa: error.cause.message } : {};
    logger.warn({ motivo: error.reason, path, ...causa }, error.message);
  }

  return (error: unknown, request, response, next) => {
    const appError = toAppError(error);
    if (appError.status === 429 || appError.status === 503) refused(appError, request.path);
    else if (appError.status >= 500) {
      logger.error({ err: error, method: request.method, path: request.path }, 'la solicitud falló');
    }
    if (response.headersSent) {
      next(error);
      return;
    }
    sendProblem(request, response, appError);
  };
}

export const routeNotFound = (request: Request): AppError =>
  new AppError('ruta-no-encontrada', 404, `No existe ${request.method} ${request.path}`);

function toAppError(error: unknown): AppError {
  // The message of a 500 is for the log: it may name a key, a column, a file.
  if (error instanceof AppError && error.status !== 500) return error;
  if (isHttpError(error)) {
    // Raised by Express itself (a path that does not decode, a body cut short): the status is right, the text ours.
    return new AppError('solicitud-invalida', error.status, TITLES[error.status] ?? 'Solicitud no válida', {
      cause: error,
    });
  }
  if (isDiskFull(error))
    return new AppError('sin-espacio', 507, 'No queda espacio para guardar; inténtelo más tarde', {
      cause: error,
      headers: { 'Retry-After': '30' },
    });
  return new AppError('error-interno', 500, 'Error interno; indique el request_id a soporte', {
    cause: error,
  });
}

function isHttpError(error: unknown): error is { status: number } {
  if (typeof error !== 'object' || error === null || !('status' in error)) return false;
  return typeof error.status === 'number' && error.status >= 400 && error.status < 500;
}

function isDiskFull(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return code === 'SQLITE_FULL' || code === '53100' || code === 'ENOSPC';
}
