import { HttpErrorResponse } from '@angular/common/http';
import type { HttpInterceptorFn, HttpRequest } from '@angular/common/http';
import { inject } from '@angular/core';
import { catchError, from, switchMap, throwError } from 'rxjs';
import { Sesion } from './sesion';

const OURS = /^\/api\/v1\//;
const WITHOUT_TOKEN = /^\/api\/v1\/autorizador\/(login|signup|logout|token\/refresh)(?=\?|$)/;

/**
 * Sends the access token to our own API; after a 401 once more, with a new one. Who opened the app without a network
 * has none yet: it is asked for first.
 */
export const bearerInterceptor: HttpInterceptorFn = (request, next) => {
  if (!OURS.test(request.url) || WITHOUT_TOKEN.test(request.url)) return next(request);
  const sesion = inject(Sesion);
  if (sesion.isOffline())
    return from(sesion.renovar()).pipe(switchMap(() => next(withToken(request, sesion.token))));
  const sent = sesion.token;
  return next(withToken(request, sent)).pipe(
    catchError((error: unknown) => {
      const refused = error instanceof HttpErrorResponse && error.status === 401;
      if (!refused || sent === undefined) return throwError(() => error);
      // Another request may have renewed it while this one was under way.
      const renewed =
        sesion.token !== undefined && sesion.token !== sent ? Promise.resolve(true) : sesion.renovar();
      return from(renewed).pipe(
        switchMap((ok) => (ok ? next(withToken(request, sesion.token)) : throwError(() => error))),
      );
    }),
  );
};

const withToken = <T>(request: HttpRequest<T>, token: string | undefined): HttpRequest<T> =>
  token === undefined ? request : request.clone({ setHeaders: { Authorization: `Bearer ${token}` } });
