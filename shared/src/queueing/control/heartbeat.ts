import type { Redis } from 'ioredis';
import { Loop } from '../../lifecycle/loop.ts';
import type { Logger } from '../../logging/logger.ts';
import { redisTime } from '../../redis/connect.ts';
import { redisKey } from '../../redis/keys.ts';
import { isMacOf, macOf } from '../../security/mac.ts';
import { withDeadline } from '../wire/queue-client.ts';
import type { LiveWorker, WorkerState } from '../../contracts/monitor/workers.ts';
import { liveWorker } from '../../contracts/monitor/workers.ts';

export type { LiveWorker, WorkerState } from '../../contracts/monitor/workers.ts';

/** One key per worker, which Redis forgets by itself when the worker does. */
export const WORKER_KEY_PREFIX = redisKey('worker:');
/** Sorted set of ids by last sign of life (ms, Redis's clock): lists them without KEYS. */
export const WORKER_INDEX = redisKey('workers');
export const HEARTBEAT_TTL_MS = 12_000;
const BEAT_MS = 3_000;
const BEAT_DEADLINE_MS = 2_500;
const STOP_DEADLINE_MS = 1_000;
/** Ids without a key stay in the index this long; they only cost a lookup. */
const INDEX_RETENTION_MS = 60_000;

type HeartbeatRedis = Pick<
  Redis,
  'status' | 'time' | 'set' | 'zadd' | 'zremrangebyscore' | 'del' | 'zrem' | 'on' | 'off'
>;

export interface HeartbeatOptions {
  redis: HeartbeatRedis;
  /** Signs what it publishes (`live_key`). */
  liveKey: () => string;
  logger: Pick<Logger, 'warn' | 'info'>;
  /** Called for each beat; its `id` must not change. */
  snapshot: () => WorkerState;
  beatMs?: number;
}

export interface Heartbeat {
  start(): void;
  /** Takes the worker off the list, if Redis answers; never throws. */
  stop(): Promise<void>;
}

/** Publishes the worker's state every 3 s. Without Redis it waits for the next beat; one line tells of an outage. */
export function createHeartbeat(options: HeartbeatOptions): Heartbeat {
  const { redis, liveKey, logger, snapshot, beatMs = BEAT_MS } = options;
  async function publish(): Promise<void> {
    const now = await redisTime(redis);
    const state = snapshot();
    const live: LiveWorker = { ...state, last_seen: new Date(now).toISOString() };
    // Single commands, not a transaction: each is good without the others.
    await Promise.all([
      redis.set(WORKER_KEY_PREFIX + state.id, signed(live, liveKey()), 'PX', HEARTBEAT_TTL_MS),
      redis.zadd(WORKER_INDEX, now, state.id),
      redis.zremrangebyscore(WORKER_INDEX, '-inf', now - INDEX_RETENTION_MS),
    ]);
  }

  const loop = new Loop({
    name: 'el latido del worker',
    everyMs: beatMs,
    step: () => withDeadline(publish(), BEAT_DEADLINE_MS),
    // Otherwise a connection with an offline queue would collect beats during an outage.
    when: () => redis.status === 'ready',
    logger,
  });
  // Whoever looks right after an outage sees it without waiting for a beat.
  const onReady = () => loop.retry();

  return {
    start() {
      redis.on('ready', onReady);
      loop.start();
    },
    async stop() {
      redis.off('ready', onReady);
      await loop.stop();
      if (redis.status !== 'ready') return;
      const { id } = snapshot();
      try {
        await withDeadline(
          Promise.all([redis.del(WORKER_KEY_PREFIX + id), redis.zrem(WORKER_INDEX, id)]),
          STOP_DEADLINE_MS,
        );
      } catch {
        // The key runs out by itself.
      }
    },
  };
}

/**
 * The workers that are alive, by id. Rejects when Redis does not answer; what no worker signed within the last seconds is
 * passed over.
 */
export async function readWorkers(
  redis: Pick<Redis, 'zrange' | 'get' | 'time'>,
  liveKey: string,
): Promise<LiveWorker[]> {
  const [ids, now] = await Promise.all([redis.zrange(WORKER_INDEX, 0, -1), redisTime(redis)]);
  const values = await Promise.all(ids.map((id) => redis.get(WORKER_KEY_PREFIX + id)));
  return values
    .flatMap((value, index) => genuine(value, liveKey, { id: ids[index], now }) ?? [])
    .toSorted((a, b) => a.id.localeCompare(b.id));
}

/** The label keeps a heartbeat from being taken for an event, whose key is the same. */
const signedText = (json: string): string => `latido ${json}`;

function signed(live: LiveWorker, liveKey: string): string {
  const json = JSON.stringify(live);
  return `${macOf(liveKey, signedText(json))} ${json}`;
}

function genuine(
  value: string | null,
  liveKey: string,
  { id, now }: { id: string | undefined; now: number },
): LiveWorker | undefined {
  const [mac = '', ...rest] = value?.split(' ') ?? [];
  const json = rest.join(' ');
  if (!isMacOf(mac, liveKey, signedText(json))) return undefined;
  const live = liveWorker.safeParse(JSON.parse(json)).data;
  // One that was kept and is put there again is genuine and old.
  const age = live ? now - Date.parse(live.last_seen) : Infinity;
  return live?.id === id && Math.abs(age) <= HEARTBEAT_TTL_MS ? live : undefined;
}
