import { HttpErrorResponse } from '@angular/common/http';
import type { HttpInterceptorFn } from '@angular/common/http';
import { ApiError, errorOf, parseBody } from '@medisupply/api-client/api-client';
import { catchError, throwError } from 'rxjs';

/** Every refusal leaves as an `ApiError`: its text from the problem document, status 0 when there was no answer. */
export const problemInterceptor: HttpInterceptorFn = (request, next) =>
  next(request).pipe(catchError((error: unknown) => throwError(() => toApiError(error))));

function toApiError(error: unknown): unknown {
  if (!(error instanceof HttpErrorResponse)) return error;
  if (error.status === 0) return new ApiError(0, 'El servicio no responde', { cause: error });
  const body: unknown = error.error;
  return errorOf(
    error.status,
    error.headers,
    typeof body === 'string' ? parseBody(body, error.headers) : body,
  );
}
