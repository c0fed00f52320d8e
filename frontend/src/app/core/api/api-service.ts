import { HttpClient, HttpHeaders } from '@angular/common/http';
import type { HttpResponse } from '@angular/common/http';
import { inject } from '@angular/core';
import type { AnyInput, ApiAnswer, InputArgument, Key, Operation } from '@medisupply/api-client/api-client';
import { nextCursor, parseBody, requestLine } from '@medisupply/api-client/api-client';
import type { ServiceName } from '@medisupply/api-client/operations';

const TIMEOUT_MS = 30_000;

/** Calls one back end, typed from its own schemas; the interceptors add the token and turn refusals into `ApiError`. */
export abstract class ApiService<S extends ServiceName> {
  readonly #http = inject(HttpClient);
  protected abstract readonly service: S;

  /**
   * `logistica.call('GET /entrega/:id', { params: { id: 7 }, signal })`
   * @throws ApiError; when `signal` aborts, its reason
   */
  call<K extends Key<S>>(
    operation: K,
    ...[input]: InputArgument<Operation<S, K>>
  ): Promise<ApiAnswer<Operation<S, K>['answer']>> {
    return this.#send(operation, (input ?? {}) as AnyInput) as Promise<ApiAnswer<Operation<S, K>['answer']>>;
  }

  #send(operation: string, input: AnyInput): Promise<ApiAnswer<unknown>> {
    const { method, path } = requestLine(this.service, operation, input);
    const answer = this.#http.request(method, path, {
      body: input.body,
      headers: new HttpHeaders({ accept: 'application/json', ...input.headers }),
      observe: 'response',
      responseType: 'text',
      timeout: TIMEOUT_MS,
      // The answer to a refresh carries the next cookie: leaving the page must not lose it.
      keepalive: path.endsWith('/token/refresh'),
    });
    return new Promise((resolve, reject) => {
      const { signal } = input;
      if (signal?.aborted) return reject(signal.reason as Error);
      const abort = () => {
        subscription.unsubscribe();
        reject(signal?.reason as Error);
      };
      const subscription = answer.subscribe({
        next: (response) => resolve(present(response)),
        error: reject,
        complete: () => signal?.removeEventListener('abort', abort),
      });
      signal?.addEventListener('abort', abort, { once: true });
    });
  }
}

function present(response: HttpResponse<string>): ApiAnswer<unknown> {
  return {
    status: response.status,
    headers: new Headers(
      Object.fromEntries(response.headers.keys().map((name) => [name, response.headers.get(name) ?? ''])),
    ),
    data: parseBody(response.body ?? '', response.headers),
    next: nextCursor(response.headers.get('link')),
  };
}
