/** A monitor with a real Redis, real files and small HTTP servers in the place of the other services. */
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { Server as TcpServer, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import type { Role } from '@medisupply/shared/http/caller';
import { listen } from '@medisupply/shared/lifecycle/run-process';
import { createLogger } from '@medisupply/shared/logging/logger';
import { issueAccessToken } from '@medisupply/shared/security/access-token';
import { actualKey, tokenKeyFile } from '@medisupply/shared/security/key-files';
import { ensureSecrets, parseSecretJson } from '@medisupply/shared/security/secrets';
import type { WorkerState } from '@medisupply/shared/workers/heartbeat';
import { buildApp } from '../src/app.ts';
import { loadMonitorConfig } from '../src/config.ts';
import type { Container } from '../src/container.ts';
import { createContainer } from '../src/container.ts';

export const silent = () => createLogger('test', { level: 'silent' });

interface TokenOptions {
  roles?: readonly Role[];
  usuario_id?: number;
  token_version?: number;
}

export interface DataDir {
  path: string;
  secrets: (process: string) => string;
  redisPassword: string;
  token: (options?: TokenOptions) => string;
  serviceKey: (id: string) => Promise<string>;
  remove(): Promise<void>;
}

/** A fresh `DATA_DIR` with all its secrets. */
export async function createDataDir(): Promise<DataDir> {
  const path = await mkdtemp(join(tmpdir(), 'medisupply-monitor-'));
  const root = join(path, 'secrets');
  ensureSecrets(root);
  const key = actualKey(
    parseSecretJson(
      'token_keys.json',
      await readFile(join(root, 'autorizador/token_keys.json'), 'utf8'),
      tokenKeyFile,
    ),
  );
  return {
    path,
    secrets: (process) => join(root, process),
    redisPassword: (await readFile(join(root, 'redis/redis_password'), 'utf8')).trim(),
    token: ({ roles = ['usuario'], usuario_id = 7, token_version = 0 }: TokenOptions = {}) =>
      issueAccessToken({ usuario_id, nombre: 'ana', roles, token_version }, key).token,
    serviceKey: async (id) => (await readFile(join(root, id, 'service_key'), 'utf8')).trim(),
    remove: () => rm(path, { recursive: true, force: true }),
  };
}

export interface Monitor {
  container: Container;
  get(path: string, headers?: Record<string, string>): Promise<{ status: number; body: unknown; ms: number }>;
  close(): Promise<void>;
}

export async function startMonitor(data: DataDir, env: NodeJS.ProcessEnv): Promise<Monitor> {
  const config = loadMonitorConfig({
    DATA_DIR: data.path,
    SECRETS_DIR: data.secrets('monitor'),
    LOG_LEVEL: 'silent',
    AUTORIZADOR_URL: NOWHERE,
    LOGISTICA_URL: NOWHERE,
    MONITOR_URL: NOWHERE,
    BULL_BOARD_URL: NOWHERE,
    ...env,
  });
  const container = await createContainer(config, silent());
  const server = await listen(buildApp(container), 0, '127.0.0.1', 'MONITOR_PORT');
  const url = urlOf(server);
  return {
    container,
    async get(path, headers = { authorization: `Bearer ${data.token()}` }) {
      const started = performance.now();
      const response = await fetch(url + path, { headers });
      const body: unknown = await response.json();
      return { status: response.status, body, ms: performance.now() - started };
    },
    async close() {
      await closeServer(server);
      await container.close();
    },
  };
}

/** Resolves when the monitor has found its Redis. */
export const connected = (monitor: Monitor): Promise<void> =>
  vi.waitFor(
    () => {
      if (!monitor.container.queues.isConnected()) throw new Error('Redis not reached yet');
    },
    { timeout: 5_000 },
  );

/** An address where nobody listens: the port is reserved and not served. */
export const NOWHERE = 'http://127.0.0.1:1';

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

/** A service in its right mind; `ready` is what its `/readyz` says. */
export const healthyService =
  (service: string, ready: 'ready' | 'degraded' = 'ready'): RequestListener =>
  (request, response) => {
    response.setHeader('content-type', 'application/json');
    const body =
      request.url === '/readyz'
        ? { status: ready, checks: {} }
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

export const workerState = (overrides: Partial<WorkerState> = {}): WorkerState => ({
  id: 'host-1',
  host: 'host',
  pid: 4711,
  queues: ['default', 'logistica', 'monitor'],
  concurrency: 4,
  processed: 10,
  failed: 2,
  active: [],
  rss: 90_000_000,
  event_loop_lag_ms: 2.5,
  uptime: 60,
  status: 'idle',
  faults: { FAULT_RATE: 0, FAULT_LATENCY_MS: 0 },
  ...overrides,
});

function urlOf(server: TcpServer): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server does not listen');
  return `http://127.0.0.1:${address.port}`;
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
