/** A board with real Redis and a small HTTP server in the place of autorizador. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { vi } from 'vitest';
import { z } from 'zod';
import { listen } from '@medisupply/shared/lifecycle/run-process';
import { createLogger } from '@medisupply/shared/logging/logger';
import { asRedisUser } from '@medisupply/shared/security/redis-users';
import type { DataDir } from '@medisupply/shared/testing/data-dir';
import { closeServer, startService, urlOf } from '@medisupply/shared/testing/fake-service';
import { buildApp } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import type { Container } from '../src/container.ts';
import { createContainer } from '../src/create-container.ts';
import type { Rol } from '@medisupply/shared/contracts/vocabulary';

export interface FakeAutorizador {
  url: string;
  /** What it was asked, oldest first. */
  calls: { path: string; body: Record<string, unknown>; address: string | undefined; from?: string }[];
  close(): Promise<void>;
}

const PASSWORD = 'una-frase-larga';

/** Knows `admin` and `ana` (an ordinary user); the account `bloqueada` has had too many failures. */
export async function startAutorizador(data: DataDir): Promise<FakeAutorizador> {
  const calls: FakeAutorizador['calls'] = [];
  const roles: Record<string, Rol[]> = { admin: ['usuario', 'Admin'], ana: ['usuario'], sis: ['System'] };
  const service = await startService((request, response) => void answer(request, response));
  return { ...service, calls };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('content-type', 'application/json');
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const text = Buffer.concat(chunks).toString('utf8');
    const body = text ? z.record(z.string(), z.unknown()).parse(JSON.parse(text)) : {};
    const forwarded = request.headers['x-forwarded-for'];
    calls.push({
      path: request.url ?? '',
      body,
      address: typeof forwarded === 'string' ? forwarded : undefined,
      ...(request.socket.remoteAddress === '127.0.0.1' ? {} : { from: request.socket.remoteAddress ?? '' }),
    });
    if (request.url !== '/login') {
      response.end('{}');
      return;
    }
    const name = String(body['nombre']);
    const known = roles[name];
    if (name === 'pendiente')
      response.writeHead(403).end('{"status":403,"detail":"Un administrador debe aprobar su cuenta"}');
    else if (name === 'temporal')
      response.end('{"mensaje":"","token":"x","expira_en":900,"cambiar_contrasena":true}');
    else if (name === 'bloqueada') response.writeHead(429, { 'retry-after': '37' }).end('{"status":429}');
    else if (!known || body['contrasena'] !== PASSWORD) response.writeHead(401).end('{"status":401}');
    else {
      response.end(
        JSON.stringify({
          mensaje: 'Inicio de sesión exitoso',
          token: data.token({ roles: known, usuario_id: name === 'admin' ? 1 : 2 }),
          refresh_token: 'r'.repeat(43),
          expira_en: 900,
        }),
      );
    }
  }
}

export interface Board {
  url: string;
  container: Container;
  /** Lines of the log, oldest first. */
  log: Record<string, unknown>[];
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** @returns the cookie of a new session */
  login(nombre?: string): Promise<string>;
  close(): Promise<void>;
}

export async function startBoard(data: DataDir, env: NodeJS.ProcessEnv): Promise<Board> {
  const config = readConfig({
    DATA_DIR: data.path,
    SECRETS_DIR: data.secrets('bull-board'),
    ...env,
    ...(env['REDIS_URL'] ? { REDIS_URL: asRedisUser(env['REDIS_URL'], 'bull-board') } : {}),
  });
  const log: Record<string, unknown>[] = [];
  const logger = createLogger('bull-board', {
    destination: {
      write: (line) => void log.push(z.record(z.string(), z.unknown()).parse(JSON.parse(line))),
    },
  });
  const container = await createContainer(config, { logger });
  const server = await listen(buildApp(container), 0, '127.0.0.1', 'BULL_BOARD_PORT');
  const url = urlOf(server);
  const send = (path: string, init: RequestInit = {}) => fetch(url + path, { redirect: 'manual', ...init });
  return {
    url,
    container,
    log,
    fetch: send,
    async login(nombre = 'admin') {
      const response = await send('/login', form({ nombre, contrasena: PASSWORD }));
      return response.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    },
    async close() {
      await closeServer(server);
      await container.close();
    },
  };
}

export const connected = (board: Board): Promise<void> =>
  vi.waitFor(
    () => {
      if (!board.container.queues.isConnected()) throw new Error('Redis not reached yet');
    },
    { timeout: 5_000 },
  );

/** What a browser sends for a form. */
export const form = (fields: Record<string, string>, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers: { accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded', ...headers },
  body: new URLSearchParams(fields).toString(),
});

export const navigation = (cookie?: string): RequestInit => ({
  headers: { accept: 'text/html,*/*;q=0.8', ...(cookie ? { cookie } : {}) },
});

export const CREDENTIALS = { nombre: 'admin', contrasena: PASSWORD };
