import { BrokenCircuitError, CircuitState, ConsecutiveBreaker, circuitBreaker, handleAll } from 'cockatiel';
import { Pool } from 'undici';
import type { Logger } from '../logging/logger.ts';
import { logContext } from '../logging/logger.ts';
import { AnswerTooLarge, parseJsonObject, readLimited } from './read-answer.ts';

/** Answers above this are nonsense (bytes). */
const MAX_ANSWER = 512 * 1024;
const BREAKER = { failures: 5, retryAfterMs: 1_000 };

export interface ServiceClientOptions {
  /** The other service's name, for logs and the breaker's state. */
  name: string;
  /** From configuration only. Redirects are not followed. */
  baseUrl: string;
  /** Sent as `i-api-key`; asked for each call, since `npm run keys` may replace it. */
  serviceKey?: () => string;
  /** From the call to the whole answer (ms). */
  timeoutMs: number;
  logger: Logger;
}

export type ServiceAnswer =
  | { ok: true; status: number; body: Record<string, unknown>; ms: number }
  | { ok: false; reason: 'timeout' | 'unreachable' | 'bad_answer' | 'open'; ms: number };

/** Calls one other service of the platform. It never throws: a service that fails is an answer too. */
export interface ServiceClient {
  get(path: string, options?: CallOptions): Promise<ServiceAnswer>;
  post(path: string, body: unknown, options?: CallOptions): Promise<ServiceAnswer>;
  breakerState(): 'closed' | 'open' | 'half-open';
  close(): Promise<void>;
}

export interface CallOptions {
  /** Instead of the client's own (ms). */
  timeoutMs?: number;
  signal?: AbortSignal;
  headers?: Readonly<Record<string, string>>;
}

/** A redirect, a 5xx, or an answer that is not JSON: the service is not in its right mind. */
class BadAnswer extends Error {}

/**
 * Keep-alive connections, a deadline over connecting and reading, and a circuit breaker that opens after five failures
 * in a row and tries one call a second later. Answers below 500 with a JSON object are answers; all else is a failure.
 */
export function createServiceClient(options: ServiceClientOptions): ServiceClient {
  const base = new URL(options.baseUrl);
  const pool = new Pool(base.origin, {
    connections: 32,
    pipelining: 1,
    connect: { timeout: options.timeoutMs },
    // Shorter than the services' own keep-alive, so that a connection is not used while it is being closed.
    keepAliveTimeout: 30_000,
  });
  const breaker = circuitBreaker(handleAll, {
    halfOpenAfter: BREAKER.retryAfterMs,
    breaker: new ConsecutiveBreaker(BREAKER.failures),
  });
  breaker.onBreak(() => options.logger.warn({ servicio: options.name }, 'servicio no disponible'));
  breaker.onReset(() => options.logger.info({ servicio: options.name }, 'servicio disponible de nuevo'));

  async function call(
    method: 'GET' | 'POST',
    path: string,
    body: unknown,
    callOptions: CallOptions = {},
  ): Promise<ServiceAnswer> {
    const started = performance.now();
    const elapsed = () => Math.round((performance.now() - started) * 10) / 10;
    const deadline = AbortSignal.timeout(callOptions.timeoutMs ?? options.timeoutMs);
    const signal = callOptions.signal ? AbortSignal.any([deadline, callOptions.signal]) : deadline;
    try {
      const answer = await breaker.execute(() =>
        authenticated((key) => request(method, path, body, signal, callOptions.headers, key)),
      );
      return { ok: true, ...answer, ms: elapsed() };
    } catch (error) {
      return { ok: false, reason: reasonOf(error, deadline), ms: elapsed() };
    }
  }

  /** Refused for a key that was replaced while the call was on its way: once more, as nothing has happened. */
  async function authenticated(send: (serviceKey: string | undefined) => ReturnType<typeof request>) {
    const key = options.serviceKey?.();
    const answer = await send(key);
    const latest = options.serviceKey?.();
    return answer.status === 401 && latest !== key ? send(latest) : answer;
  }

  async function request(
    method: 'GET' | 'POST',
    path: string,
    body: unknown,
    signal: AbortSignal,
    extraHeaders: Readonly<Record<string, string>> = {},
    serviceKey?: string,
  ) {
    const context = logContext.getStore();
    const response = await pool.request({
      method,
      path,
      signal,
      headers: {
        ...extraHeaders,
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(serviceKey ? { 'i-api-key': serviceKey } : {}),
        ...(context?.request_id ? { 'x-request-id': context.request_id } : {}),
        ...(context?.traceparent ? { traceparent: context.traceparent } : {}),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await readLimited(response.body, MAX_ANSWER);
    const isAnswer = response.statusCode < 300 || (response.statusCode >= 400 && response.statusCode < 500);
    const answer = isAnswer ? parseJsonObject(text) : undefined;
    if (!answer) throw new BadAnswer(`${options.name}: ${response.statusCode}`);
    return { status: response.statusCode, body: answer };
  }

  return {
    get: (path, callOptions) => call('GET', path, undefined, callOptions),
    post: (path, body, callOptions) => call('POST', path, body, callOptions),
    breakerState() {
      if (breaker.state === CircuitState.Closed) return 'closed';
      return breaker.state === CircuitState.HalfOpen ? 'half-open' : 'open';
    },
    close: () => pool.destroy(),
  };
}

function reasonOf(error: unknown, deadline: AbortSignal): 'timeout' | 'unreachable' | 'bad_answer' | 'open' {
  if (error instanceof BrokenCircuitError) return 'open';
  if (error instanceof BadAnswer || error instanceof AnswerTooLarge) return 'bad_answer';
  return deadline.aborted ? 'timeout' : 'unreachable';
}
