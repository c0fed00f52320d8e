import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { Logger } from '@medisupply/shared/logging/logger';
import type { RelayedEvento } from '@medisupply/shared/queueing/wire/event-stream';
import {
  entryIdOf,
  EVENT_STREAM,
  eventoIdOf,
  openEntry,
} from '@medisupply/shared/queueing/wire/event-stream';
import { toSse } from './evento.presenter.ts';

/** Few enough that what goes to a client at once stays small. */
const BATCH = 100;
const BLOCK = 5_000;
/** Redis answers a blocking read after `BLOCK` at the latest; a connection that is silent for so long is dead (ms). */
const DEAD_AFTER = 15_000;
const RETRY_AFTER = 500;
/** Entries kept. Of those that were there at its start it reads half as many: some came after the first client. */
const SIZE = 1_000;

export interface StreamEntry {
  id: number;
  evento: RelayedEvento;
  /** As it is sent. */
  text: string;
}

/** Entries in order. What somebody else wrote into the stream is left out, but counts for `first` and `last`. */
export interface Batch {
  entries: readonly StreamEntry[];
  first: number;
  last: number;
}

/** The last entries of the stream: one blocking reader of Redis for all clients of this process. */
export interface EventRing {
  /** Id of the last entry that was read; undefined until Redis was reached for the first time. */
  position(): number | undefined;
  /** Id after which the entries are kept. */
  base(): number;
  /**
   * What has an id up to this may have happened long ago: it was there before the reader, or the stream was empty and was
   * filled again from the database.
   */
  told(): number;
  /** Up to 100 entries after this id, read from Redis if they are kept no more; undefined when Redis has none, either. */
  after(id: number): Promise<Batch | undefined>;
  /** Id of the newest entry in Redis, which another process may have read before this one; 0 without any. */
  newest(): Promise<number>;
  /** Resolves when there is more, or when the state of Redis may have changed. */
  changed(): Promise<void>;
  wake(): void;
  start(): void;
  close(): Promise<void>;
}

export interface EventRingOptions {
  /** For commands. */
  redis: Redis;
  /** Tells what a relay wrote from what somebody else did. */
  liveKey: () => string;
  /** A connection of its own: it blocks. */
  blocking: Redis;
  logger: Logger;
  /** The stream began anew below the position: its ids belong to another database. */
  onReset: (position: number) => void;
}

export function createEventRing({ redis, liveKey, blocking, logger, onReset }: EventRingOptions): EventRing {
  let entries: StreamEntry[] = [];
  let base = 0;
  let position: number | undefined;
  let told = 0;
  let change = Promise.withResolvers<void>();
  let running: Promise<void> | undefined;
  const closing = new AbortController();

  async function read(): Promise<void> {
    while (!closing.signal.aborted) {
      try {
        await alive(blocking, position === undefined ? begin() : readAfter(position));
      } catch (error) {
        if (closing.signal.aborted) return;
        logger.debug({ reason: String(error) }, 'la lectura de eventos se repite');
        await delay(RETRY_AFTER, undefined, { signal: closing.signal }).catch(() => undefined);
      }
    }
  }

  async function begin(): Promise<void> {
    const [oldest] = await blocking.xrange(EVENT_STREAM, '-', '+', 'COUNT', 1);
    told = await newestId(blocking);
    base = oldest ? Math.max(eventoIdOf(oldest[0]) - 1, told - SIZE / 2) : 0;
    position = base;
  }

  async function readAfter(id: number): Promise<void> {
    const last = entryIdOf(id);
    const found = await blocking.xread('COUNT', BATCH, 'BLOCK', BLOCK, 'STREAMS', EVENT_STREAM, last);
    const batch = batchOf(found?.[0]?.[1] ?? [], liveKey());
    if (batch) {
      if (id === 0) told = await newestId(blocking);
      entries.push(...batch.entries);
      base = entries.splice(0, Math.max(0, entries.length - SIZE)).at(-1)?.id ?? base;
      position = batch.last;
    } else {
      const newest = await newestId(blocking);
      if (newest === 0 || newest >= id) return;
      entries = [];
      base = position = newest;
      onReset(newest);
    }
    wake();
  }

  function wake(): void {
    const { resolve } = change;
    change = Promise.withResolvers();
    resolve();
  }

  return {
    position: () => position,
    base: () => base,
    told: () => told,
    async after(id) {
      if (id < base)
        return batchOf(await redis.xrange(EVENT_STREAM, `(${entryIdOf(id)}`, '+', 'COUNT', BATCH), liveKey());
      const start = entries.findLastIndex((entry) => entry.id <= id) + 1;
      const found = entries.slice(start, start + BATCH);
      const isAll = start + BATCH >= entries.length;
      return { entries: found, first: id + 1, last: (isAll ? position : found.at(-1)?.id) ?? id };
    },
    newest: () => newestId(redis),
    changed: () => change.promise,
    wake,
    start() {
      running ??= read();
    },
    async close() {
      closing.abort();
      blocking.disconnect();
      wake();
      await running;
    },
  };
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

function batchOf(found: readonly [string, string[]][], liveKey: string): Batch | undefined {
  const ids = found.map(([entryId]) => eventoIdOf(entryId));
  const [first, last] = [ids[0], ids.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const entries = found.flatMap(([entryId, fields]) => {
    const evento = openEntry(entryId, fields, liveKey);
    const id = eventoIdOf(entryId);
    return evento ? [{ id, evento, text: toSse(id, evento) }] : [];
  });
  return { entries, first, last };
}
