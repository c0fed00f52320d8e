import type { Redis } from 'ioredis';
import type { Logger } from '@medisupply/shared/logging/logger';
import {
  entryIdOf,
  EVENT_FIELD,
  EVENT_STREAM,
  eventoIdOf,
  relayedEvento,
} from '@medisupply/shared/queueing/wire/event-stream';
import type { RelayedEvento } from '@medisupply/shared/queueing/wire/event-stream';

/** Few enough that what goes to a client at once stays small. */
export const BATCH = 100;
const BLOCK = 5_000;
/** Redis answers a blocking read after `BLOCK` at the latest; a connection that says nothing for so long is dead (ms). */
const DEAD_AFTER = 15_000;
const RETRY_AFTER = 500;
/** How many entries it hands out that were there before it: some of them since the first client came. */
const LOOK_BACK = 500;

export interface StreamEntry {
  id: number;
  evento: RelayedEvento;
}

/** Entries in order. What somebody else wrote into the stream is left out, but not stumbled over again. */
export interface Batch {
  entries: readonly StreamEntry[];
  /** Ids of the first and the last entry that was read. */
  first: number;
  last: number;
}

export interface StreamReader {
  /** Id of the last entry that was handed out; undefined until Redis was reached for the first time. */
  position(): number | undefined;
  /** Whether it has handed out all that was there before it. */
  isCurrent(): boolean;
  start(): void;
  close(): Promise<void>;
}

export interface StreamReaderOptions {
  /** A connection of its own: it blocks. */
  redis: Redis;
  logger: Logger;
  /** Called once Redis was reached. */
  onStart: () => void;
  /**
   * Called with each batch, in order. What has an id up to `told` may have happened long ago: it was there before the
   * reader, or the stream was empty and was filled again from the database.
   */
  onBatch: (batch: Batch, told: number) => void;
  /** The stream began anew below the position: its ids belong to another database. */
  onReset: (position: number) => void;
}

/** Follows the stream from about its newest entry on: one blocking reader for all clients of this process. */
export function createStreamReader(options: StreamReaderOptions): StreamReader {
  const { redis, logger, onStart, onBatch, onReset } = options;
  let position: number | undefined;
  let told = 0;
  let running: Promise<void> | undefined;
  const closing = new AbortController();

  async function follow(): Promise<void> {
    while (!closing.signal.aborted) {
      try {
        if (position === undefined) {
          told = await alive(redis, newestId(redis));
          position = Math.max(0, told - LOOK_BACK);
          onStart();
        }
        await readOnce(position);
      } catch (error) {
        if (closing.signal.aborted) return;
        logger.debug({ reason: String(error) }, 'la lectura de eventos se repite');
        await pause(RETRY_AFTER, closing.signal);
      }
    }
  }

  async function readOnce(from: number): Promise<void> {
    const found = await alive(
      redis,
      redis.xread('COUNT', BATCH, 'BLOCK', BLOCK, 'STREAMS', EVENT_STREAM, entryIdOf(from)),
    );
    const batch = batchOf(found?.[0]?.[1] ?? []);
    if (!batch) {
      const newest = await alive(redis, newestId(redis));
      if (newest === 0 || newest >= from) return;
      position = newest;
      onReset(newest);
      return;
    }
    if (from === 0) told = await alive(redis, newestId(redis));
    onBatch(batch, told);
    position = batch.last;
  }

  return {
    position: () => position,
    isCurrent: () => position !== undefined && position >= told,
    start() {
      running ??= follow();
    },
    async close() {
      closing.abort();
      redis.disconnect();
      await running;
    },
  };
}

/** Up to `count` entries after the one with this id; undefined when there is none. */
export async function readAfter(redis: Redis, id: number, count: number): Promise<Batch | undefined> {
  return batchOf(await redis.xrange(EVENT_STREAM, `(${entryIdOf(id)}`, '+', 'COUNT', count));
}

/** Ids of the oldest and the newest entry; undefined while there is none. */
export async function edgesOf(redis: Redis): Promise<{ oldest: number; newest: number } | undefined> {
  const [[first], newest] = await Promise.all([
    redis.xrange(EVENT_STREAM, '-', '+', 'COUNT', 1),
    newestId(redis),
  ]);
  return first ? { oldest: eventoIdOf(first[0]), newest } : undefined;
}

async function newestId(redis: Redis): Promise<number> {
  const [last] = await redis.xrevrange(EVENT_STREAM, '+', '-', 'COUNT', 1);
  return last ? eventoIdOf(last[0]) : 0;
}

/** Waits for an answer through any outage, which the connection repeats the command after; a dead one is made anew. */
async function alive<T>(redis: Redis, answer: Promise<T>): Promise<T> {
  const timer = setInterval(() => {
    if (redis.status === 'ready') redis.disconnect(true);
  }, DEAD_AFTER);
  try {
    return await answer;
  } finally {
    clearInterval(timer);
  }
}

function batchOf(found: readonly [string, string[]][]): Batch | undefined {
  const [first, last] = [found[0], found.at(-1)];
  if (!first || !last) return undefined;
  return {
    entries: found.flatMap(([id, fields]) => {
      const evento = parse(fields);
      return evento ? [{ id: eventoIdOf(id), evento }] : [];
    }),
    first: eventoIdOf(first[0]),
    last: eventoIdOf(last[0]),
  };
}

function parse(fields: readonly string[]): RelayedEvento | undefined {
  try {
    return relayedEvento.safeParse(JSON.parse(fields[fields.indexOf(EVENT_FIELD) + 1] ?? '')).data;
  } catch {
    return undefined;
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    const onAbort = () => {
      clearTimeout(timer);
      resolve();
    };
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
