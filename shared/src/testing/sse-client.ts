import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { until } from './until.ts';

export interface ReceivedEvent {
  id: string | undefined;
  name: string;
  data: Record<string, unknown>;
}

/** A client of Server-Sent Events that keeps all it was sent. */
export interface SseClient {
  status: number;
  headers: IncomingMessage['headers'];
  events: ReceivedEvent[];
  /** The body as it came; of an answer that is not a stream, all there is. */
  text(): string;
  named(name: string): ReceivedEvent[];
  /** Resolves when an event fits. */
  received(fits: (event: ReceivedEvent) => boolean, ms?: number): Promise<ReceivedEvent>;
  /** True once the server has ended the stream or the connection. */
  hasEnded(): boolean;
  /** Takes nothing, as a client that hangs, until it reads again. */
  pauseReading(): void;
  resumeReading(): void;
  close(): void;
}

export async function openSseClient(url: string, headers: Record<string, string>): Promise<SseClient> {
  const asking = request(url, { headers: { accept: 'text/event-stream', ...headers }, agent: false });
  asking.end();
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  asking.on('error', () => undefined);
  const events: ReceivedEvent[] = [];
  let text = '';
  let unparsed = '';
  let ended = false;
  response.setEncoding('utf8');
  response.on('error', () => undefined);
  response.on('close', () => (ended = true));
  response.on('data', (chunk: string) => {
    text += chunk;
    const blocks = (unparsed + chunk).split('\n\n');
    unparsed = blocks.pop() ?? '';
    events.push(...blocks.flatMap((block) => parse(block)));
  });
  if (response.statusCode !== 200) await once(response, 'end');
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    events,
    text: () => text,
    named: (name) => events.filter((event) => event.name === name),
    async received(fits, ms) {
      await until(() => events.some(fits), ms);
      return events.find(fits)!;
    },
    hasEnded: () => ended,
    pauseReading: () => void response.pause(),
    resumeReading: () => void response.resume(),
    close: () => asking.destroy(),
  };
}

/** A block without data only moves the id. */
function parse(block: string): ReceivedEvent[] {
  const fields = new Map(
    block
      .split('\n')
      .filter((line) => !line.startsWith(':'))
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const data = fields.get('data');
  if (data === undefined) return [];
  return [
    {
      id: fields.get('id'),
      name: fields.get('event') ?? 'message',
      data: JSON.parse(data) as Record<string, unknown>,
    },
  ];
}
