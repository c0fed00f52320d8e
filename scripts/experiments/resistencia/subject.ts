/** What is put through the faults: the platform as it ships, or the control. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { createApiClient } from '@medisupply/api-client/api-client';
import { openRedis } from '@medisupply/shared/redis/connect';
import { asRedisUser } from '@medisupply/shared/security/redis-users';
import { startPostgres } from '@medisupply/shared/testing/postgres-server';
import { freePort } from '@medisupply/shared/lifecycle/free-port';
import type { Open } from '../../testing/checker.ts';
import { cipherOf } from '../../testing/checker.ts';
import { startOwnPlatform, WITHOUT_RATES } from '../../testing/own-platform.ts';
import type { TriedDatabase } from './database.ts';
import { openPostgres, openSqlite } from './database.ts';

export interface Subject {
  base: string;
  /** Process of each part that runs at the moment. */
  pids(): ReadonlyMap<string, number>;
  /** May do everything there. */
  redis: Redis;
  database: TriedDatabase;
  open: Open;
  /** A product, and how much of it there was. */
  producto_id: number;
  stock: number;
  /** Accepted confirmations that are not applied yet. */
  waiting(): Promise<number>;
  close(): Promise<void>;
}

const SKU = 'RESISTENCIA';
const DATABASE = 'resistencia';

/** @param postgres on a server of its own */
export async function startPlatform(stock: number, postgres: boolean): Promise<Subject> {
  if (!postgres) return startOn(stock, {}, (dataDir) => openSqlite(join(dataDir, 'logistica.db')));
  const server = await startPostgres({ durable: true });
  try {
    await server.createDatabase(DATABASE);
    const env = { DATABASE_URL: server.urlOf(DATABASE) };
    const subject = await startOn(stock, env, () => openPostgres(server, DATABASE));
    const close = async () => {
      try {
        await subject.close();
      } finally {
        await server.stop();
      }
    };
    return { ...subject, close };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function startOn(
  stock: number,
  env: Record<string, string>,
  open: (dataDir: string) => TriedDatabase,
): Promise<Subject> {
  const redisPort = await freePort();
  const platform = await startOwnPlatform({
    ...WITHOUT_RATES,
    USER_MAX_RESERVED: '1000000',
    LOG_LEVEL: 'error',
    REDIS_PORT: String(redisPort),
    ...env,
  });
  const secret = (path: string) => readFileSync(join(platform.dataDir, 'secrets', path), 'utf8').trim();
  const redis = openOperator(
    asRedisUser(`redis://127.0.0.1:${redisPort}`, 'redis'),
    secret('redis/redis_password'),
  );
  const database = open(platform.dataDir);
  const close = async () => {
    redis.disconnect();
    database.close();
    await platform.close();
  };
  try {
    return {
      base: platform.base,
      pids: () => platform.pids(),
      redis,
      database,
      open: cipherOf(platform.dataDir),
      producto_id: await createProduct(platform.base, secret('admin_contrasena'), stock),
      stock,
      async waiting() {
        const [row] = await database.rows<{ n: number }>(
          "select count(*) as n from confirmacion where estado = 'ACEPTADA'",
        );
        return row?.n ?? 0;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function createProduct(base: string, contrasena: string, stock: number): Promise<number> {
  let token: string | undefined;
  const api = createApiClient({ base, token: () => token });
  token = (await api.call('autorizador', 'POST /login', { body: { nombre: 'admin', contrasena } })).data
    .token;
  const { data } = await api.call('logistica', 'POST /inventario', {
    body: { sku: SKU, nombre: SKU, stock },
  });
  return data.id;
}

export function openOperator(url: string, password: string): Redis {
  const redis = openRedis(
    { REDIS_URL: url, password },
    { maxRetriesPerRequest: null, retryStrategy: () => 50 },
  );
  redis.on('error', () => undefined);
  return redis;
}
