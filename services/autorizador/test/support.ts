import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@medisupply/shared/logging/logger';
import { ensureSecrets } from '@medisupply/shared/security/secrets';
import { databasesOf } from '@medisupply/shared/testing/test-database';
import { buildApp } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import type { Container } from '../src/container.ts';
import { createContainer } from '../src/create-container.ts';
import { createContrasenas } from '../src/usuarios/contrasenas.ts';
import type { Contrasenas } from '../src/usuarios/contrasenas.ts';
import type { Rol } from '@medisupply/shared/contracts/vocabulary';

/** Cheap parameters: what hashing costs is not what most tests are about. */
export const FAST = { memoryCost: 64, timeCost: 1 };
export const CONTRASENA = 'Zanahoria-Lunes-41';
/** Nothing listens there. */
export const NO_REDIS = 'redis://127.0.0.1:1';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests assert on what came, whatever it is
  body: any;
  text: string;
}

export interface Autorizador {
  url: string;
  container: Container;
  /** Lines logged so far, as text. */
  logged: string[];
  dataDir: string;
  secret(path: string): string;
  call(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string | string[]>,
  ): Promise<Answer>;
  /** Signs up under a fresh name. */
  newUsuario(): Promise<{ id: number; nombre: string; token: string }>;
  login(nombre: string, contrasena?: string): Promise<Answer>;
  adminToken(): Promise<string>;
  close(): Promise<void>;
}

export interface AutorizadorOptions {
  redisUrl?: string;
  now?: () => number;
  /** `real`: at what hashing costs in earnest. */
  contrasenas?: Contrasenas | 'real';
  corsOrigins?: string;
  /** More of the environment. */
  env?: Record<string, string>;
  /** Instead of a fresh folder, which is then not removed. */
  dataDir?: string;
}

let counter = 0;

/** A running autorizador with its own database and secrets, on a free port. */
export async function startAutorizador(options: AutorizadorOptions = {}): Promise<Autorizador> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'medisupply-autorizador-'));
  const secretsDir = join(dataDir, 'secrets');
  ensureSecrets(secretsDir);
  const config = readConfig({
    DATA_DIR: dataDir,
    SECRETS_DIR: join(secretsDir, 'autorizador'),
    ADMIN_CONTRASENA_FILE: join(secretsDir, 'admin_contrasena'),
    REDIS_URL: options.redisUrl ?? NO_REDIS,
    CORS_ORIGINS: options.corsOrigins,
    NODE_ENV: 'test',
    ...(await databasesOf(dataDir)),
    // Tests sign up from one address, many times.
    SIGNUP_RATE: '0',
    ...options.env,
  });
  const logged: string[] = [];
  const logger = createLogger('autorizador', {
    level: 'trace',
    destination: { write: (line: string) => void logged.push(line) },
  });
  const container = await createContainer(
    // The test's Redis has no password.
    { ...config, secrets: { ...config.secrets, REDIS_PASSWORD: '' } },
    {
      logger,
      ...(options.contrasenas === 'real'
        ? {}
        : {
            contrasenas:
              options.contrasenas ??
              createContrasenas({
                pepper: config.secrets.PASSWORD_PEPPER,
                parameters: FAST,
                maxWaiting: 1_000,
              }),
          }),
      ...(options.now ? { now: options.now } : {}),
    },
  );
  const server = createServer({ maxHeaderSize: 16 * 1024 }, buildApp(container)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('not listening');
  const url = `http://127.0.0.1:${address.port}`;

  const secret = (path: string) => readFileSync(join(secretsDir, path), 'utf8').trim();
  const self: Autorizador = {
    url,
    container,
    logged,
    dataDir,
    secret,
    call: (method, path, body, headers = {}) => call(url + path, method, body, headers),
    async newUsuario() {
      const nombre = `usuario-${process.pid}-${++counter}`;
      const { body } = await self.call('POST', '/signup', { nombre, contrasena: CONTRASENA });
      return { id: body.usuario.id, nombre, token: body.token };
    },
    login: (nombre, contrasena = CONTRASENA) => self.call('POST', '/login', { nombre, contrasena }),
    async adminToken() {
      return (await self.login('admin', secret('admin_contrasena'))).body.token;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      await container.close();
      if (options.dataDir === undefined) rmSync(dataDir, { recursive: true });
    },
  };
  return self;
}

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** A request as written: `body` is sent as JSON, or as it is when it is text or bytes. */
function call(
  url: string,
  method: string,
  body: unknown,
  headers: Record<string, string | string[]>,
): Promise<Answer> {
  const payload =
    body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, {
      method,
      headers: {
        ...(payload === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }),
        ...headers,
      },
    });
    request.once('error', reject);
    request.once('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const isJson = /json/.test(response.headers['content-type'] ?? '');
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: isJson ? JSON.parse(text) : undefined,
          text,
        });
      });
    });
    request.end(payload);
  });
}

/** Gives a user other roles, past the API. */
export async function grantRoles(
  { container }: Autorizador,
  id: number,
  roles: readonly Rol[],
): Promise<void> {
  await container.db.unitOfWork.write((tx) =>
    tx
      .updateTable('usuario')
      .set({ roles: JSON.stringify(roles) })
      .where('id', '=', id)
      .execute(),
  );
}
