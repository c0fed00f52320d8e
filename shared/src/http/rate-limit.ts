import type { Redis } from 'ioredis';
import {
  BurstyRateLimiter,
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
  RLWrapperTimeouts,
} from 'rate-limiter-flexible';
import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import { redisKey } from '../redis/keys.ts';
import { tooManyRequests } from './app-error.ts';

export type Counter = RateLimiterAbstract;

/** At most so many operations per minute and key, such as an address or a user's id. */
export interface RateLimit {
  /** @throws AppError 429 with the time to wait */
  consume(key: number | string, operations?: number): Promise<void>;
}

export interface RateLimitOptions {
  redis: Redis;
  /** Of the counters in Redis, and of the refusals in `/metrics`. */
  name: string;
  /** 0: no limit. */
  perMinute: number;
  /** What may come at once besides; an hour after it was used up it is there again. */
  burst?: number;
  /** What a client is told. */
  message: string;
  /** Redis gets this long before the counters in memory are used instead (ms). */
  deadlineMs?: number;
}

const NO_LIMIT: RateLimit = { consume: () => Promise.resolve() };
const BURST_SECONDS = 3_600;
const REDIS_DEADLINE_MS = 250;

export function createRateLimit(options: RateLimitOptions): RateLimit {
  const { redis, name, perMinute, burst = 0, message, deadlineMs } = options;
  if (perMinute === 0) return NO_LIMIT;
  const minute = createCounter(redis, { name, points: perMinute, seconds: 60, deadlineMs });
  const limiter =
    burst === 0
      ? minute
      : new BurstyRateLimiter(
          minute,
          createCounter(redis, { name: `${name}:extra`, points: burst, seconds: BURST_SECONDS, deadlineMs }),
        );
  return {
    async consume(key, operations = 1) {
      try {
        await limiter.consume(String(key), operations);
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal;
        throw tooManyRequests(message, refusal.msBeforeNext / 1_000, name);
      }
    },
  };
}

/** Counts in Redis, so that replicas share it; in the memory of this process while Redis is away. */
export function createCounter(
  redis: Redis,
  options: { name: string; points: number; seconds: number; deadlineMs?: number | undefined },
): Counter {
  const settings = {
    keyPrefix: redisKey(options.name),
    points: options.points,
    duration: options.seconds,
  };
  const limiter = new RateLimiterRedis({
    ...settings,
    storeClient: redis,
    rejectIfRedisNotReady: true,
    insuranceLimiter: new RateLimiterMemory(settings),
  });
  return new RLWrapperTimeouts({
    keyPrefix: settings.keyPrefix,
    limiter,
    timeoutMs: options.deadlineMs ?? REDIS_DEADLINE_MS,
  });
}
