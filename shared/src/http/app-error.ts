import type { ProblemCode } from '../contracts/vocabulary.ts';

/**
 * The one error that code throws on purpose. The error handler of `createApp` turns it into
 * `application/problem+json` (RFC 9457); anything else becomes a 500 that tells no internals.
 */
export class AppError extends Error {
  /** Becomes the problem's `type`. */
  readonly code: ProblemCode;
  /** HTTP status, 400–599. */
  readonly status: number;
  /** Per-field messages of a validation error. */
  readonly errors: readonly FieldError[] | undefined;
  /** Extra response headers, such as `Retry-After`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Extra members of the problem document, such as `available_tasks`. */
  readonly extensions: Readonly<Record<string, unknown>>;
  /** Under what it is counted; a client does not see it. */
  readonly reason: string;

  constructor(code: ProblemCode, status: number, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.status = status;
    this.errors = options.errors;
    this.headers = options.headers ?? {};
    this.extensions = options.extensions ?? {};
    this.reason = options.reason ?? code;
  }
}

export interface AppErrorOptions {
  errors?: readonly FieldError[];
  headers?: Readonly<Record<string, string>>;
  extensions?: Readonly<Record<string, unknown>>;
  /** Of few values: it names a series of `medisupply_refusals_total`. */
  reason?: string;
  cause?: unknown;
}

export interface FieldError {
  /** Dotted path into the request, for example `body.items.0.cantidad`. */
  path: string;
  message: string;
}

export const badRequest = (message: string, options?: AppErrorOptions) =>
  new AppError('solicitud-invalida', 400, message, options);

export const unauthorized = (message: string) =>
  new AppError('no-autenticado', 401, message, {
    headers: { 'WWW-Authenticate': 'Bearer realm="medisupply"' },
  });

export const forbidden = (message: string) => new AppError('no-permitido', 403, message);

export const notFound = (message: string) => new AppError('no-encontrado', 404, message);

export const conflict = (message: string, options?: AppErrorOptions) =>
  new AppError('conflicto', 409, message, options);

export const unavailable = (
  message: string,
  retryAfterSeconds = 1,
  cause?: unknown,
  reason = 'no-disponible',
) =>
  new AppError('no-disponible', 503, message, {
    reason,
    headers: { 'Retry-After': String(retryAfterSeconds) },
    cause,
  });

export const tooManyRequests = (
  message: string,
  retryAfterSeconds: number,
  reason = 'demasiadas-solicitudes',
) =>
  new AppError('demasiadas-solicitudes', 429, message, {
    reason,
    headers: { 'Retry-After': String(Math.max(1, Math.ceil(retryAfterSeconds))) },
  });
