/** What the generator is asked for, and what it measured. */

export interface LoadRequest {
  method: 'GET' | 'POST';
  path: string;
  headers: Record<string, string>;
  body?: string;
}

export interface Load {
  /** `http://host:port`; of several, each gets a request in turn. */
  origin: string | string[];
  /** Sent in their order; a closed loop over a time begins again at the end. */
  requests: LoadRequest[];
  connections: number;
  /** Per second, whether or not earlier ones have been answered; absent: each connection sends when it was answered. */
  rate?: number;
  /** Absent: each request is sent once. */
  seconds?: number;
  /** Each of the clients sees every connection end and opens a new one. */
  freshConnections?: boolean;
}

export interface Measured {
  answers: number;
  seconds: number;
  /** Answers per status. */
  statuses: Record<string, number>;
  /** Requests that got no answer, by the error's code. */
  failures: Record<string, number>;
  /** From when a request was due, not from when it got its turn: waiting in our own line counts (ms). */
  latency: Percentiles;
  /** CPU that the generator itself used (ms). */
  cpu: number;
}

export interface Percentiles {
  p50: number;
  p99: number;
  p999: number;
  max: number;
}
