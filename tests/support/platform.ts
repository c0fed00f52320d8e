/**
 * Parts of the platform inside the test's process: the real services on free ports, real SQLite in a temporary folder,
 * real Redis. What is not asked for is simply not there, as in an outage.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Express } from 'express';
import { buildApp as buildAutorizador } from '@medisupply/autorizador/app';
import { readConfig as readAutorizadorConfig } from '@medisupply/autorizador/config';
import { createContainer as createAutorizador } from '@medisupply/autorizador/create-container';
import { buildApp as buildLogistica } from '@medisupply/logistica-inventario/app';
import { readConfig as readLogisticaConfig } from '@medisupply/logistica-inventario/config';
import type { Container as LogisticaContainer } from '@medisupply/logistica-inventario/container';
import { createContainer as createLogistica } from '@medisupply/logistica-inventario/create-container';
import type { DeliveryPayload } from '@medisupply/shared/contracts/delivery-payload';
import { listen } from '@medisupply/shared/lifecycle/run-process';
import type { Logger } from '@medisupply/shared/logging/logger';
import { createLogger } from '@medisupply/shared/logging/logger';
import { issueAccessToken } from '@medisupply/shared/security/access-token';
import { signDelivery } from '@medisupply/shared/security/delivery-signature';
import { actualKey, signatureKeyFile, tokenKeyFile } from '@medisupply/shared/security/key-files';
import type { Redis } from 'ioredis';
import { asRedisUser } from '@medisupply/shared/security/redis-users';
import { parseSecretJson } from '@medisupply/shared/config/secret-json';
import { ensureSecrets } from '@medisupply/shared/security/secrets';
import type { RedisServer } from '@medisupply/shared/testing/redis-server';
import { startRedis } from '@medisupply/shared/testing/redis-server';
import type { RedisSet } from '@medisupply/shared/testing/redis-set';
import { databasesOf } from '@medisupply/shared/testing/test-database';
import { until } from '@medisupply/shared/testing/until';
import { readConfig as readWorkerConfig } from '@medisupply/worker/config';
import type { Container as WorkerContainer } from '@medisupply/worker/container';
import { createContainer as createWorker } from '@medisupply/worker/create-container';
import type { Consumers } from '@medisupply/worker/run-queue';
import { startConsumers } from '@medisupply/worker/run-queue';
import type { Rol } from '@medisupply/shared/contracts/vocabulary';

import { expect } from 'vitest';
import { NO_RATES } from '../launcher/launch.ts';

export { until } from '@medisupply/shared/testing/until';

/** A loopback port where nothing listens. */
export const NOWHERE = 'http://127.0.0.1:9';
const NO_REDIS = 'redis://127.0.0.1:9';

export interface PlatformOptions {
  /** Default true: one of its own. What is started instead is given the folder of the users. */
  redis?: boolean | ((users: string) => Promise<RedisSet>);
  /** Default false: signatures are then verified with the public keys alone. */
  autorizador?: boolean;
  /** Default false: what is accepted then waits. */
  worker?: boolean;
  /** Extra environment of all processes. */
  env?: Record<string, string>;
  /** Called with the data folder before anything starts. */
  prepare?: (dataDir: string) => Promise<void>;
}

export interface RunningWorker {
  container: WorkerContainer;
  consumers: Consumers;
  close(): Promise<void>;
}

export interface Platform {
  dataDir: string;
  redis: RedisServer | undefined;
  redisPassword: string;
  logistica: { url: string; container: LogisticaContainer };
  autorizador: { url: string } | undefined;
  /** What all parts logged, as JSON lines. */
  logs: string[];
  env(process: string): Record<string, string>;
  token(user: { id: number; roles?: Rol[]; nombre?: string }): string;
  serviceKey(process: string): Promise<string>;
  sign(payload: DeliveryPayload, options?: { now?: number; jti?: string }): Promise<string>;
  /** `extra` is added to the worker's environment. */
  startWorker(extra?: Record<string, string>): Promise<RunningWorker>;
  close(): Promise<void>;
}

export async function startPlatform(options: PlatformOptions = {}): Promise<Platform> {
  const dataDir = await mkdtemp(join(tmpdir(), 'medisupply-test-'));
  const secretsDir = join(dataDir, 'secrets');
  ensureSecrets(secretsDir);
  await options.prepare?.(dataDir);
  const secret = async (path: string) => (await readFile(join(secretsDir, path), 'utf8')).trim();
  const redisPassword = await secret('redis/redis_password');
  const users = join(secretsDir, 'redis');
  const redis = (options.redis ?? true) === true ? await startRedis({ users }) : undefined;
  const set = typeof options.redis === 'function' ? await options.redis(users) : undefined;
  const broker = set ?? redis;
  const databases = await databasesOf(dataDir);
  const closers: (() => Promise<void>)[] = [];
  const logs: string[] = [];
  const logger = collectingLogger(logs);

  const addresses: Record<string, string> = {
    AUTORIZADOR_URL: NOWHERE,
    LOGISTICA_URL: NOWHERE,
    MONITOR_URL: NOWHERE,
  };
  const env = (process: string): Record<string, string> => ({
    NODE_ENV: 'test',
    ...NO_RATES,
    LOG_LEVEL: 'debug',
    ...databases,
    DATA_DIR: dataDir,
    SECRETS_DIR: join(secretsDir, process),
    ADMIN_CONTRASENA_FILE: join(secretsDir, 'admin_contrasena'),
    REDIS_URL: asRedisUser(broker?.url ?? NO_REDIS, process),
    ...addresses,
    ...set?.env,
    ...options.env,
  });

  let autorizador: Platform['autorizador'];
  if (options.autorizador) {
    const container = await createAutorizador(readAutorizadorConfig(env('autorizador')), { logger });
    const server = await serve(buildAutorizador(container));
    closers.push(() => container.close(), server.close);
    addresses['AUTORIZADOR_URL'] = server.url;
    autorizador = { url: server.url };
  }

  const logistica = await createLogistica(readLogisticaConfig(env('logistica-inventario')), { logger });
  const server = await serve(buildLogistica(logistica));
  addresses['LOGISTICA_URL'] = server.url;
  logistica.outbox.start();
  closers.push(() => logistica.close(), server.close);
  if (broker) await until(() => logistica.queues.isConnected());

  async function startWorker(extra: Record<string, string> = {}): Promise<RunningWorker> {
    const workerEnv = { ...env('worker'), ...extra };
    const container = await createWorker(readWorkerConfig(workerEnv), { logger });
    const consumers = startConsumers(container, { FAULT_RATE: 0, FAULT_LATENCY_MS: 0 });
    let closing: Promise<void> | undefined;
    const close = () => (closing ??= consumers.close().then(() => container.close()));
    closers.push(close);
    return { container, consumers, close };
  }
  if (options.worker) await startWorker();

  const tokenKey = actualKey(
    parseSecretJson('token_keys.json', await secret('autorizador/token_keys.json'), tokenKeyFile),
  );
  const signatureKey = actualKey(
    parseSecretJson('signature_keys.json', await secret('autorizador/signature_keys.json'), signatureKeyFile),
  );
  return {
    dataDir,
    redis,
    redisPassword,
    logistica: { url: server.url, container: logistica },
    autorizador,
    logs,
    env,
    token: ({ id, roles = ['usuario'], nombre = `usuario ${id}` }) =>
      issueAccessToken({ usuario_id: id, nombre, roles, token_version: 1 }, tokenKey).token,
    serviceKey: (process) => secret(`${process}/service_key`),
    sign: (payload, signOptions) => signDelivery(payload, signatureKey, signOptions),
    startWorker,
    async close() {
      for (const close of closers.toReversed()) await close();
      const refused = broker ? await refusedByRedis(broker.operator) : [];
      await broker?.stop();
      await rm(dataDir, { recursive: true, force: true });
      expect(refused).toEqual([]);
    },
  };
}

/** What users of Redis tried and may not; nothing, when it is away. */
async function refusedByRedis(operator: Redis): Promise<string[]> {
  const entries = await operator.acl('LOG').catch(() => []);
  return (entries as unknown[][])
    .map((entry) => entry.map(String))
    .filter((entry) => entry[entry.indexOf('reason') + 1] !== 'auth')
    .map((entry) => entry.join(' '));
}

export interface Served {
  url: string;
  close: () => Promise<void>;
}

export async function serve(app: Express): Promise<Served> {
  const server = await listen(app, 0, '127.0.0.1', 'PORT');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => closeServer(server),
  };
}

function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  return closed;
}

function collectingLogger(lines: string[]): Logger {
  return createLogger('test', {
    level: 'debug',
    destination: { write: (line: string) => void lines.push(line) },
  });
}
