import { readFileSync } from 'node:fs';
import { Redis } from 'ioredis';
import type { RedisOptions } from 'ioredis';
import type { Logger } from '../logging/logger.ts';
import type { RedisUrl } from '../config/redis-url.ts';
import { parseRedisUrl, withUser } from '../config/redis-url.ts';
import { SlotOwnerConnector } from './slot-owner.ts';

export interface RedisAddress {
  REDIS_URL: string;
  /** Who signed the certificates of a Redis that speaks TLS; whom the system trusts without it. */
  REDIS_CA_FILE?: string | undefined;
  /** Of the sentinels; their user is the default one. */
  REDIS_SENTINEL_PASSWORD_FILE?: string | undefined;
  password: string;
}

/** Where a process finds Redis, by its configuration. */
export const redisAddressOf = ({
  REDIS_URL,
  REDIS_CA_FILE,
  REDIS_SENTINEL_PASSWORD_FILE,
  secrets,
}: Omit<RedisAddress, 'password'> & { secrets: { REDIS_PASSWORD: string } }): RedisAddress => ({
  REDIS_URL,
  REDIS_CA_FILE,
  REDIS_SENTINEL_PASSWORD_FILE,
  password: secrets.REDIS_PASSWORD,
});

const MAX_RECONNECT_DELAY = 2_000;
// The library's default backoff took 18 s to notice that Redis was back.
const retryStrategy = (times: number): number => Math.min(times * 100, MAX_RECONNECT_DELAY);

/** Said by one that is no longer the master, or not of the slot: the next connection is to the one that is. */
const REPLACED = /^(?:READONLY|MOVED|CLUSTERDOWN)\b/;
const ASK_EVERY = 3_000;
/** Longer than a blocking command keeps what is behind it waiting (ms). */
const SILENCE = 7_000;

/**
 * The user is the one of the address. Where that has a user and no password, the library by itself would take an empty
 * one.
 */
export function openRedis(address: RedisAddress, options: RedisOptions): Redis {
  const url = parseRedisUrl(address.REDIS_URL);
  const own = url.password || address.password;
  const settings: RedisOptions = {
    ...(url.username ? { username: url.username } : {}),
    ...(own ? { password: own } : {}),
    ...(url.tls ? { tls: address.REDIS_CA_FILE ? { ca: readFileSync(address.REDIS_CA_FILE) } : {} } : {}),
    connectTimeout: 2_000,
    retryStrategy,
    ...options,
  };
  // Without its scheme's TLS, which would replace what was set above.
  if (url.kind === 'single')
    return new Redis(withUser(address.REDIS_URL, '').replace(/^rediss:/, 'redis:'), settings);
  const redis = new Redis({
    ...settings,
    ...(url.kind === 'sentinel' ? bySentinels(url, settings, address) : bySlot(url)),
    reconnectOnError: ({ message }) => REPLACED.test(message),
  });
  giveUpSilent(redis);
  return redis;
}

const bySentinels = (
  { hosts, path }: RedisUrl,
  { tls, retryStrategy: sentinelRetryStrategy }: RedisOptions,
  { REDIS_SENTINEL_PASSWORD_FILE: file }: RedisAddress,
): RedisOptions => ({
  sentinels: hosts,
  name: path.slice(1),
  ...(file ? { sentinelPassword: readFileSync(file, 'utf8').trim() } : {}),
  ...(tls ? { sentinelTLS: tls, enableTLSForSentinelMode: true } : {}),
  ...(sentinelRetryStrategy ? { sentinelRetryStrategy } : {}),
  sentinelCommandTimeout: 1_000,
});

const bySlot = ({ hosts }: RedisUrl): RedisOptions => ({
  Connector: class extends SlotOwnerConnector {
    constructor(options: unknown) {
      super(options as RedisOptions, hosts);
    }
  },
});

/** A host that vanishes closes no connection. Where another may take over, one that is silent is not waited for. */
function giveUpSilent(redis: Redis): void {
  const ask = async () => {
    if (redis.status !== 'ready') return;
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(new Error('silence')), SILENCE).unref();
    try {
      await Promise.race([redis.ping(), late]);
    } catch {
      if (redis.status === 'ready') redis.disconnect(true);
    } finally {
      clearTimeout(timer);
    }
  };
  const asking = setInterval(() => void ask(), ASK_EVERY).unref();
  redis.once('end', () => clearInterval(asking));
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
