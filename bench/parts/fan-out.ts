/**
 * The least that showing events to many costs. Asked `{ bytes, rate, seconds }`, it writes events of that size to everybody who watches,
 * those of a tenth of a second at once, and answers what one event cost.
 */
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setInterval as every } from 'node:timers/promises';

interface Order {
  bytes: number;
  rate: number;
  seconds: number;
}

const FLUSH = 100;
const HEAD = 'event: entrega\ndata: ';
const END = '\n\n';

const watchers = new Set<ServerResponse>();
const server = createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.flushHeaders();
  watchers.add(response);
});

async function fanOut({ bytes, rate, seconds }: Order): Promise<{ perSecond: number; cpu: number }> {
  const event = HEAD + 'x'.repeat(Math.max(0, bytes - HEAD.length - END.length)) + END;
  const perFlush = Math.round((rate * FLUSH) / 1_000);
  const before = process.cpuUsage();
  const started = performance.now();
  let events = 0;
  for await (const _ of every(FLUSH)) {
    const together = event.repeat(perFlush);
    for (const watcher of watchers) watcher.write(together);
    events += perFlush;
    if (events >= rate * seconds) break;
  }
  const { user, system } = process.cpuUsage(before);
  const took = (performance.now() - started) / 1_000;
  return { perSecond: events / took, cpu: (user + system) / 1_000 / events };
}

process.on('message', (order: Order) => void fanOut(order).then((answer) => process.send?.(answer)));
process.on('disconnect', () => process.exit());
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
