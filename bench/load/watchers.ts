/** Clients of event streams, all in one process. Told `{ url, tokens, count }`, it opens them; asked again, how many deliveries' events came, and bytes. */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:http';

interface Order {
  url: string;
  tokens: string[];
  count: number;
}

const MARK = 'event: entrega\n';
let events = 0;
let bytes = 0;

async function watch(url: string, token: string | undefined): Promise<void> {
  const asking = request(url, {
    headers: { accept: 'text/event-stream', authorization: `Bearer ${token}` },
    agent: false,
  });
  asking.end();
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  if (response.statusCode !== 200) throw new Error(`${url}: ${response.statusCode}`);
  response.setEncoding('latin1');
  let rest = '';
  response.on('data', (chunk: string) => {
    bytes += chunk.length;
    const parts = (rest + chunk).split(MARK);
    events += parts.length - 1;
    rest = parts.at(-1)?.slice(-MARK.length) ?? '';
  });
}

async function watchAll({ url, tokens, count }: Order): Promise<void> {
  for (let n = 0; n < count; n += 1) await watch(url, tokens[n % tokens.length]);
}

process.on('message', (message: Order | 'events') => {
  void (message === 'events' ? Promise.resolve() : watchAll(message)).then(() =>
    process.send?.({ events, bytes }),
  );
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
