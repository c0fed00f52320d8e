/** Small real servers in the place of a service: in its right mind, broken, silent or mad. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { Server as TcpServer, Socket } from 'node:net';
import type { DatabaseState } from '../db/open-database.ts';

export interface FakeService {
  url: string;
  close(): Promise<void>;
}

/** A real HTTP server that answers as told. */
export async function startService(listener: RequestListener): Promise<FakeService> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: urlOf(server), close: () => closeServer(server) };
}

const BASE: DatabaseState = { status: 'ok', schema: '001-inicial', size: 4_096, wal_size: 0, error: null };

/** A service in its right mind; `ready` is what its `/readyz` says, and of its database whoever shows a key. */
export const healthyService =
  (service: string, ready: 'ready' | 'degraded' = 'ready'): RequestListener =>
  (request, response) => {
    response.setHeader('content-type', 'application/json');
    const body =
      request.url === '/readyz'
        ? { status: ready, checks: {}, ...(request.headers['i-api-key'] ? { base: BASE } : {}) }
        : { status: 'healthy', service, version: '1.2.3', timestamp: new Date().toISOString() };
    response.end(JSON.stringify(body));
  };

export const answering =
  (status: number, body: string, type = 'application/json'): RequestListener =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': type }).end(body);
  };

export const silentService: RequestListener = () => undefined;

/** Accepts connections and never says a word, or says `greeting` and nothing else. */
export async function startMute(
  greeting?: string,
): Promise<{ redis: string; http: string; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server: TcpServer = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    if (greeting) socket.end(greeting);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    redis: urlOf(server).replace('http:', 'redis:'),
    http: urlOf(server),
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Where a server listens. */
export function urlOf(server: TcpServer): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server does not listen');
  return `http://127.0.0.1:${address.port}`;
}

/** Closes it with the connections that it has. */
export async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
