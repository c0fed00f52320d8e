import type { Operations, OperationShape, ServiceName } from './operations.ts';

/** RFC 9457, as every error of the platform is answered. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance?: string;
  request_id?: string;
  errors?: { path: string; message: string }[];
  [extension: string]: unknown;
}

/** An answer that is not 2xx; `status` is 0 when there was none at all. */
export class ApiError extends Error {
  readonly status: number;
  readonly problem: Problem | undefined;
  /** Seconds, from `Retry-After`. */
  readonly retryAfter: number | undefined;

  constructor(
    status: number,
    message: string,
    options: { problem?: Problem; retryAfter?: number; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ApiError';
    this.status = status;
    this.problem = options.problem;
    this.retryAfter = options.retryAfter;
  }
}

export interface ApiClientOptions {
  /** The gateway's address; empty for the page's own origin. */
  base: string;
  /** The access token to send, if there is one. */
  token?: () => string | undefined;
  fetch?: typeof fetch;
  timeoutMs?: number;
}

export interface CallOptions {
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

export interface ApiAnswer<T> {
  status: number;
  headers: Headers;
  data: T;
  /** Cursor of the next page, from `Link`. */
  next: string | undefined;
}

/** `GET /entrega/:id`, and so on. */
export type Key<S extends ServiceName> = keyof Operations[S] & string;
export type Operation<S extends ServiceName, K extends Key<S>> = Operations[S][K] extends OperationShape
  ? Operations[S][K]
  : never;
type Input<O extends OperationShape> = Omit<O, 'answer'> & CallOptions;
export type InputArgument<O extends OperationShape> =
  Record<never, never> extends Input<O> ? [input?: Input<O>] : [input: Input<O>];
export type AnyInput = Partial<OperationShape> & CallOptions;

export interface ApiClient {
  /**
   * Calls one operation: `call('logistica', 'GET /entrega/:id', {params: {id: 7}})`.
   * @throws ApiError
   */
  call<S extends ServiceName, K extends Key<S>>(
    service: S,
    operation: K,
    ...input: InputArgument<Operation<S, K>>
  ): Promise<ApiAnswer<Operation<S, K>['answer']>>;
}

export function createApiClient(options: ApiClientOptions): ApiClient {
  const send = options.fetch ?? fetch;
  const timeoutMs = options.timeoutMs ?? 30_000;

  async function call(
    service: ServiceName,
    operation: string,
    input: AnyInput = {},
  ): Promise<ApiAnswer<unknown>> {
    const { method, path } = requestLine(service, operation, input);
    const token = options.token?.();
    const deadline = AbortSignal.timeout(timeoutMs);
    let response: Response;
    try {
      response = await send(`${options.base}${path}`, {
        method,
        headers: {
          accept: 'application/json',
          ...(input.body === undefined ? {} : { 'content-type': typeOf(input.body) }),
          ...(token ? { authorization: `Bearer ${token}` } : {}),
          ...input.headers,
        },
        ...(input.body === undefined
          ? {}
          : { body: input.body instanceof Blob ? input.body : JSON.stringify(input.body) }),
        signal: input.signal ? AbortSignal.any([deadline, input.signal]) : deadline,
      });
    } catch (cause) {
      throw new ApiError(0, 'El servicio no responde', { cause });
    }
    const isPicture = response.headers.get('content-type')?.startsWith('image/') ?? false;
    const data = isPicture ? await response.blob() : parseBody(await response.text(), response.headers);
    if (!response.ok) throw errorOf(response.status, response.headers, data);
    return {
      status: response.status,
      headers: response.headers,
      data,
      next: nextCursor(response.headers.get('link')),
    };
  }

  return { call: call as ApiClient['call'] };
}

const typeOf = (body: unknown): string => (body instanceof Blob ? body.type : 'application/json');

/** Method and path (with query, from `/api/v1` on) of an operation. */
export function requestLine(
  service: ServiceName,
  operation: string,
  input: AnyInput,
): { method: string; path: string } {
  const [method = 'GET', path = '/'] = operation.split(' ');
  return { method, path: `/api/v1/${service}${fill(path, input.params)}${queryOf(input.query)}` };
}

function fill(path: string, params: OperationShape['params'] = {}): string {
  return path.replaceAll(/:([a-z_]+)/g, (_, name: string) => encodeURIComponent(String(params[name] ?? '')));
}

function queryOf(query: OperationShape['query'] = {}): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) given.set(name, String(value));
  return given.size === 0 ? '' : `?${given.toString()}`;
}

/** What `Headers` and Angular's `HttpHeaders` have in common. */
interface ReadableHeaders {
  get(name: string): string | null;
}

/** JSON where the answer says that it is, else the text. */
export function parseBody(text: string, headers: ReadableHeaders): unknown {
  if (!/\bjson\b/.test(headers.get('content-type') ?? '')) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export function errorOf(status: number, headers: ReadableHeaders, data: unknown): ApiError {
  const problem =
    typeof data === 'object' && data !== null && 'detail' in data ? (data as Problem) : undefined;
  const retryAfter = Number(headers.get('retry-after') ?? Number.NaN);
  return new ApiError(status, problem?.detail ?? `Respuesta ${status}`, {
    ...(problem ? { problem } : {}),
    ...(Number.isNaN(retryAfter) ? {} : { retryAfter }),
  });
}

/** The cursor in `Link: <?…>; rel="next"`. */
export function nextCursor(link: string | null): string | undefined {
  const query = /<\?([^>]*)>;\s*rel="next"/.exec(link ?? '')?.[1];
  return query === undefined ? undefined : (new URLSearchParams(query).get('cursor') ?? undefined);
}
