/** Small services for a gateway to pass requests on to. */
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import type { Server as NetServer } from 'node:net';
import { text as readAll } from 'node:stream/consumers';

export interface Seen {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: string;
}

export interface Upstream {
  url: string;
  seen: Seen[];
  server: Server;
}

/** A small service: answers 200 with what it saw, unless `listener` answers. */
export async function startUpstream(listener?: RequestListener): Promise<Upstream> {
  const seen: Seen[] = [];
  const record: RequestListener = (request, response) => {
    const { method = '', url = '', headers } = request;
    readAll(request).then(
      (body) => {
        seen.push({ method, url, headers, body });
        return response.setHeader('Content-Type', 'application/json').end(JSON.stringify({ url }));
      },
      () => response.destroy(),
    );
  };
  const server = createServer(listener ?? record);
  return { url: `http://127.0.0.1:${await listenOnFreePort(server)}`, seen, server };
}

export async function stop(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}

export async function listenOnFreePort(server: NetServer): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return portOf(server);
}

export function portOf(server: NetServer): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('el servidor no escucha en un puerto');
  return address.port;
}
