import { HttpErrorResponse } from '@angular/common/http';
import type { HttpInterceptorFn } from '@angular/common/http';
import { ApiError, errorOf, parseBody } from '@medisupply/api-client/api-client';
import { catchError } from 'rxjs';
import { translateProblem } from '../problemas/translate-problem';

/** Every refusal leaves as an `ApiError`: its text in the page's language, status 0 when there was no answer. */
export const problemInterceptor: HttpInterceptorFn = (request, next) =>
  next(request).pipe(
    catchError(async (error: unknown) => {
      throw error instanceof HttpErrorResponse ? await translateProblem(toApiError(error)) : error;
    }),
  );

function toApiError(error: HttpErrorResponse): ApiError {
  if (error.status === 0) return new ApiError(0, 'El servicio no responde', { cause: error });
  const body: unknown = error.error;
  return errorOf(
    error.status,
    error.headers,
    typeof body === 'string' ? parseBody(body, error.headers) : body,
  );
}
