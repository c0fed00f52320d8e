import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { asRedisUser } from '@medisupply/shared/security/redis-users';
import { openRedis } from '@medisupply/shared/redis/connect';

/** Every key of the platform's Redis with its value, as one text. @throws Error when it cannot be reached */
export async function redisContents(dataDir: string): Promise<string> {
  const password = readFileSync(join(dataDir, 'secrets', 'redis', 'redis_password'), 'utf8').trim();
  const redis = openRedis(
    { REDIS_URL: process.env['REDIS_URL'] || asRedisUser(privateAddress(dataDir), 'redis'), password },
    { lazyConnect: true, retryStrategy: () => null },
  );
  redis.on('error', () => {});
  await redis.connect();
  try {
    const parts: string[] = [];
    for await (const keys of redis.scanStream({ count: 500 }) as AsyncIterable<string[]>) {
      for (const key of keys) parts.push(key, JSON.stringify(await valueOf(redis, key)));
    }
    return parts.join('\n');
  } finally {
    redis.disconnect();
  }
}

function privateAddress(dataDir: string): string {
  const port = /^port (\d+)$/m.exec(readFileSync(join(dataDir, 'redis', 'redis.conf'), 'utf8'))?.[1];
  return `redis://127.0.0.1:${port}`;
}

async function valueOf(redis: Redis, key: string): Promise<unknown> {
  switch (await redis.type(key)) {
    case 'string':
      return redis.get(key);
    case 'hash':
      return redis.hgetall(key);
    case 'list':
      return redis.lrange(key, 0, -1);
    case 'set':
      return redis.smembers(key);
    case 'zset':
      return redis.zrange(key, 0, -1, 'WITHSCORES');
    case 'stream':
      return redis.xrange(key, '-', '+');
    default:
      return null;
  }
}
