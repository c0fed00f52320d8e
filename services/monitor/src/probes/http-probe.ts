import { AnswerTooLarge, parseJsonObject, readLimited } from '@medisupply/shared/http/read-answer';
import { Agent, errors } from 'undici';

/** Answers above this are nonsense (bytes). */
const MAX_ANSWER = 64 * 1024;

interface Measured {
  /** From the call to the end of the answer (ms). */
  ms: number;
}

export type ProbeResult = Measured &
  (
    | { outcome: 'answered'; http_status: number; body: Record<string, unknown> }
    /** It answered, but not with a JSON object of reasonable size. */
    | { outcome: 'nonsense'; http_status: number | null }
    | { outcome: 'timeout' | 'unreachable'; http_status: null }
  );

export interface Probe {
  /** Never rejects: a service that does not answer is a finding. */
  get(
    baseUrl: string,
    path: string,
    options: { timeoutMs: number; signal?: AbortSignal; serviceKey?: string | undefined },
  ): Promise<ProbeResult>;
  close(): Promise<void>;
}

class Nonsense extends Error {
  readonly http_status: number;
  constructor(http_status: number) {
    super('nonsense');
    this.http_status = http_status;
  }
}

/**
 * Measures how another service answers. Unlike a service client it has no circuit breaker and no connection that was
 * opened before: each figure is of a call that was really made, and a service that just restarted is not reported down.
 */
export function createProbe(): Probe {
  const agent = new Agent({ pipelining: 0, connections: 16 });

  async function read(url: URL, signal: AbortSignal, serviceKey: string | undefined) {
    const response = await agent.request({
      origin: url.origin,
      path: url.pathname,
      method: 'GET',
      headers: { accept: 'application/json', ...(serviceKey ? { 'i-api-key': serviceKey } : {}) },
      reset: true,
      signal,
    });
    const text = await readLimited(response.body, MAX_ANSWER).catch((error: unknown) => {
      throw error instanceof AnswerTooLarge ? new Nonsense(response.statusCode) : error;
    });
    const body = parseJsonObject(text);
    if (!body) throw new Nonsense(response.statusCode);
    return { http_status: response.statusCode, body };
  }

  return {
    async get(baseUrl, path, options) {
      const started = performance.now();
      const elapsed = () => Math.round((performance.now() - started) * 10) / 10;
      const deadline = AbortSignal.timeout(options.timeoutMs);
      const signal = options.signal ? AbortSignal.any([deadline, options.signal]) : deadline;
      try {
        const answer = await read(new URL(path, baseUrl), signal, options.serviceKey);
        return { outcome: 'answered', ...answer, ms: elapsed() };
      } catch (error) {
        return { ...failureOf(error, deadline), ms: elapsed() };
      }
    },
    close: () => agent.destroy(),
  };
}

function failureOf(error: unknown, deadline: AbortSignal) {
  if (error instanceof Nonsense) return { outcome: 'nonsense', http_status: error.http_status } as const;
  if (deadline.aborted) return { outcome: 'timeout', http_status: null } as const;
  // It did answer, though not in HTTP.
  if (error instanceof errors.HTTPParserError) return { outcome: 'nonsense', http_status: null } as const;
  return { outcome: 'unreachable', http_status: null } as const;
}
