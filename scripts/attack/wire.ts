/** Sends what a careful client would not, and keeps what no answer may be: a 5xx, a refusal that is no problem document. */
import { Agent, request } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { text as readAll } from 'node:stream/consumers';

/** A request that hangs for so long has no answer (ms). */
const PATIENCE_MS = 30_000;
/** Of what is kept for the report (characters). */
const SHOWN = 400;

export interface Sent {
  method: string;
  url: string;
  /** In pairs, as they go over the wire: a name may come twice. */
  headers?: readonly string[];
  body?: string | Uint8Array | undefined;
  /** The client's address: any of 127.0.0.0/8. */
  from?: string;
  /** Statuses of 500 and above that this request may be answered with: a planned refusal. */
  planned?: readonly number[];
}

export interface Answer {
  /** 0: none came. */
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- answers are of any shape
  json: any;
}

/** What went over the wire, and what should not have. */
export interface Figures {
  requests: number;
  tooMany: number;
  serverErrors: string[];
  /** Refusals that are no problem+json. */
  badRefusals: string[];
  unanswered: string[];
}

export interface Wire {
  readonly figures: Figures;
  send(sent: Sent): Promise<Answer>;
  /** Everything that comes back for these bytes until the server closes, or `waitMs` have passed. */
  raw(url: string, bytes: string, waitMs?: number): Promise<string>;
  close(): void;
}

export const noFigures = (): Figures => ({
  requests: 0,
  tooMany: 0,
  serverErrors: [],
  badRefusals: [],
  unanswered: [],
});

/** `limitsWanted`: being turned away with 429 is what is tried, and not counted. */
export function openWire(figures = noFigures(), { limitsWanted = false } = {}): Wire {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });

  function record(sent: Sent, answer: Answer): void {
    if (answer.status === 429 && !limitsWanted) figures.tooMany += 1;
    if (answer.status === 0) figures.unanswered.push(describe(sent, answer));
    if (answer.status >= 500 && !sent.planned?.includes(answer.status))
      figures.serverErrors.push(describe(sent, answer));
    if (answer.status >= 400 && sent.method !== 'HEAD' && !isProblem(answer))
      figures.badRefusals.push(describe(sent, answer));
  }

  return {
    figures,
    async send(sent) {
      figures.requests += 1;
      const answer = await exchange(sent, agent).catch((error: unknown) => none(String(error)));
      record(sent, answer);
      return answer;
    },
    async raw(url, bytes, waitMs = PATIENCE_MS) {
      figures.requests += 1;
      const { hostname, port } = new URL(url);
      const socket = connect(Number(port), hostname);
      socket.setTimeout(waitMs, () => socket.destroy());
      socket.on('error', () => undefined);
      let received = '';
      socket.on('data', (chunk: Buffer) => (received += chunk.toString('latin1')));
      socket.write(bytes, 'latin1');
      await new Promise((resolve) => socket.once('close', resolve));
      return received;
    },
    close: () => agent.destroy(),
  };
}

function exchange(sent: Sent, agent: Agent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const url = new URL(sent.url);
    const outgoing = request({
      host: url.hostname,
      port: url.port,
      method: sent.method,
      // As it was written: URL would tidy up what is to be tried.
      path: sent.url.slice(url.origin.length) || '/',
      headers: ['host', url.host, ...bodyHeaders(sent), ...(sent.headers ?? [])],
      ...(sent.from === undefined ? { agent } : { agent: false, localAddress: sent.from }),
      timeout: PATIENCE_MS,
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error('sin respuesta')));
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) => {
      toAnswer(incoming).then(resolve, reject);
    });
    outgoing.end(sent.body);
  });
}

/** Without them Node would send a body of no bytes in chunks, which is a body all the same. */
function bodyHeaders({ method, body, headers = [] }: Sent): string[] {
  const isGiven = headers.some(
    (name, at) => at % 2 === 0 && ['content-length', 'transfer-encoding'].includes(name),
  );
  if (isGiven || (body === undefined && ['GET', 'HEAD', 'OPTIONS'].includes(method))) return [];
  return ['content-length', String(Buffer.byteLength(body ?? ''))];
}

async function toAnswer(incoming: IncomingMessage): Promise<Answer> {
  const { statusCode: status = 0, headers } = incoming;
  if (headers['content-type']?.startsWith('text/event-stream')) {
    // It would never end.
    incoming.destroy();
    return { status, headers, text: '', json: undefined };
  }
  const text = await readAll(incoming);
  return { status, headers, text, json: parse(text) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const none = (reason: string): Answer => ({ status: 0, headers: {}, text: reason, json: undefined });

/** RFC 9457 with the members that this platform promises. */
export function isProblem({ status, headers, json }: Answer): boolean {
  if (!headers['content-type']?.startsWith('application/problem+json')) return false;
  if (typeof json !== 'object' || json === null) return false;
  return (
    json.status === status &&
    /^urn:medisupply:problem:[a-z-]+$/.test(json.type) &&
    [json.title, json.detail, json.instance].every((value) => typeof value === 'string' && value !== '')
  );
}

/** A request and its answer, short enough for a line. */
export function describe(sent: Sent, answer: Answer): string {
  const { pathname, search } = new URL(sent.url);
  const body = sent.body === undefined ? '' : ` ${String(sent.body)}`;
  return shorten(
    `${sent.method} ${pathname}${search}${shorten(body, SHOWN / 2)} → ${answer.status} ${answer.text}`,
    SHOWN,
  );
}

const shorten = (text: string, max: number): string => {
  // What is shown on a terminal must not steer it.
  const shown = text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '·');
  return shown.length > max ? `${shown.slice(0, max)}…` : shown;
};
