import { Redis } from 'ioredis';
import type { RedisOptions } from 'ioredis';
import type { Logger } from '../logging/logger.ts';

export interface RedisAddress {
  REDIS_URL: string;
  password: string;
}

const MAX_RECONNECT_DELAY = 2_000;

/**
 * The user is the one of the address. Where that has a user and no password, the library by itself would take an empty
 * one.
 */
export function openRedis({ REDIS_URL, password }: RedisAddress, options: RedisOptions): Redis {
  const url = new URL(REDIS_URL);
  const own = url.password ? decodeURIComponent(url.password) : password;
  const username = decodeURIComponent(url.username);
  url.username = '';
  url.password = '';
  return new Redis(url.href, {
    ...(username ? { username } : {}),
    ...(own ? { password: own } : {}),
    connectTimeout: 2_000,
    // The library's default backoff took 18 s to notice that Redis was back.
    retryStrategy: (times) => Math.min(times * 100, MAX_RECONNECT_DELAY),
    ...options,
  });
}

/** A connection for request-time commands: they fail within 2 s instead of waiting for Redis to come back. */
export function connectForCommands(address: RedisAddress, logger: Logger): Redis {
  const redis = openRedis(address, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    commandTimeout: 2_000,
  });
  return reportOutages(redis, logger);
}

/** A connection for BullMQ workers and subscribers, which block and wait out an outage. */
export function connectForBlocking(
  address: RedisAddress,
  logger: Logger,
  options: { connectionName?: string } = {},
): Redis {
  return reportOutages(openRedis(address, { ...options, maxRetriesPerRequest: null }), logger);
}

/** A connection for a command line: tried once. Rejects with Redis's own reason, or when `deadlineMs` are over. */
export async function connectOnce(address: RedisAddress, deadlineMs: number): Promise<Redis> {
  const redis = openRedis(address, {
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    lazyConnect: true,
    // A hung Redis does not close its end: the process would not end before this.
    disconnectTimeout: 50,
  });
  let timer: NodeJS.Timeout | undefined;
  let reason: Error | undefined;
  redis.on('error', (error: Error) => (reason ??= error));
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no respondió en ${deadlineMs} ms`)), deadlineMs);
  });
  try {
    // A wrong password shows itself only at the first command.
    await Promise.race([redis.connect().then(() => redis.ping()), late]);
    return redis;
  } catch (error) {
    redis.disconnect();
    throw reason ?? error;
  } finally {
    clearTimeout(timer);
  }
}

/** Redis's clock (ms UTC), the one that all hosts share. */
export async function redisTime(redis: Pick<Redis, 'time'>): Promise<number> {
  const [seconds, microseconds] = await redis.time();
  return Number(seconds) * 1_000 + Math.floor(Number(microseconds) / 1_000);
}

/** One line when Redis goes and one when it is back, instead of one per attempt. */
function reportOutages(redis: Redis, logger: Logger): Redis {
  let down = false;
  redis.on('error', (error: Error) => {
    if (!down) logger.warn({ reason: error.message || error.name }, 'Redis no disponible');
    down = true;
  });
  redis.on('ready', () => {
    if (down) logger.info('Redis disponible de nuevo');
    down = false;
  });
  return redis;
}
