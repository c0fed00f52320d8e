import type { Response } from 'express';
import type { Redis } from 'ioredis';
import { puedeVerEvento } from '@medisupply/shared/contracts/visibilidad';
import { tooManyRequests, unavailable } from '@medisupply/shared/http/app-error';
import type { Caller, UserCaller } from '@medisupply/shared/http/caller';
import { callerName } from '@medisupply/shared/http/caller';
import type { Logger } from '@medisupply/shared/logging/logger';
import { entryIdOf } from '@medisupply/shared/queueing/wire/event-stream';
import type { QueueClient } from '@medisupply/shared/queueing/wire/queue-client';
import type { Throughput } from '../colas/throughput.ts';
import { ephemeral, toSse } from './evento.presenter.ts';
import type { EventData } from '@medisupply/shared/contracts/monitor/eventos';
import { createLiveFigures } from './live-figures.ts';
import type { SseConnection } from './sse-connection.ts';
import { openSse, sseEvent } from './sse-connection.ts';
import type { Batch } from './stream-reader.ts';
import { BATCH, createStreamReader, edgesOf, readAfter } from './stream-reader.ts';

const MAX_PER_CALLER = 8;
const MAX_CLIENTS = 1_000;
const TICK = 1_000;
const HEARTBEAT = 15_000;
/** A client that has not taken what it was sent for so long is dropped (ms): it can come back and resume. */
const MAX_STALL = 20_000;
/** A client that has been shown nothing of so many events is told where the stream is: it would resume far behind. */
const MAX_BEHIND = 1_000;

export interface EventHub {
  /**
   * Begins a stream after event `ultimo`, or with what happens from now on.
   * @throws AppError 429 too many streams of this caller; 503 of all
   */
  open(caller: Caller, response: Response, ultimo: number | undefined): void;
  clients(): number;
  /** Ends all streams: they would never end by themselves. */
  endAll(): void;
  close(): Promise<void>;
}

export interface EventHubOptions {
  queues: QueueClient;
  /** A connection of its own, which blocks. */
  blocking: Redis;
  throughput: Throughput;
  isRevoked: (usuarioId: number, tokenVersion: number) => boolean;
  logger: Logger;
  maxStallMs?: number;
}

interface Client {
  caller: Caller;
  connection: SseConnection;
  /** Id up to which everything was sent or is not for this client. */
  cursor: number;
  /** Id that the client would resume from. */
  known: number;
  /** Set for a client that came without a last id (ms UTC). */
  freshSince: number | undefined;
  /** How far it comes: `behind` reads the stream by itself, `live` is given what the reader reads. */
  state: 'behind' | 'catching-up' | 'live';
  /** Whether the stream reaches back to where the client left off. */
  checked: boolean;
}

/** All open event streams of this process: one reader of Redis, one poll of figures, each client with its own view. */
export function createEventHub(options: EventHubOptions): EventHub {
  const { queues, isRevoked, logger, maxStallMs = MAX_STALL } = options;
  const clients = new Set<Client>();
  const broadcast = (text: string) => clients.forEach(({ connection }) => connection.send(text));
  const figures = createLiveFigures({ queues, throughput: options.throughput, emit: broadcast });
  const reader = createStreamReader({
    redis: options.blocking,
    logger,
    onStart: () => clients.forEach((client) => void catchUp(client)),
    onBatch,
    onReset,
  });
  let timer: NodeJS.Timeout | undefined;
  let polling: Promise<void> | undefined;
  let nextHeartbeat = 0;

  function onBatch(batch: Batch, told: number): void {
    const texts = new Map(batch.entries.map((entry) => [entry.id, toSse(entry)]));
    for (const client of clients) {
      if (client.state !== 'live') continue;
      if (client.connection.isBehind()) fallBehind(client);
      else deliver(client, batch, texts, told);
    }
  }

  /** Instead of being held for it, what comes now is read again when the client is ready for it. */
  function fallBehind(client: Client): void {
    client.state = 'behind';
    client.freshSince = undefined;
    void client.connection.drained().then(() => catchUp(client));
  }

  function deliver(client: Client, batch: Batch, texts: ReadonlyMap<number, string>, told: number): void {
    const { caller, cursor, freshSince } = client;
    let text = '';
    for (const { id, evento } of batch.entries) {
      if (id <= cursor) continue;
      const isOld = freshSince !== undefined && id <= told && evento.momento < freshSince;
      if (isOld || !puedeVerEvento(evento, caller)) continue;
      text += texts.get(id) ?? '';
      client.known = id;
    }
    client.cursor = Math.max(cursor, batch.last);
    if (text !== '') client.connection.send(text);
  }

  function onReset(position: number): void {
    for (const client of clients) if (client.state === 'live') tellGap(client, position);
  }

  function tellGap(client: Client, until: number): void {
    const data: EventData['hueco'] = {
      desde: entryIdOf(client.cursor),
      hasta: entryIdOf(until),
      mensaje: 'Faltan eventos; lea de nuevo el estado',
    };
    client.connection.send(sseEvent('hueco', data, entryIdOf(until)));
    client.cursor = until;
    client.known = until;
  }

  /** Reads the stream from where the client left off to where the reader is. Redis away: the next tick goes on. */
  async function catchUp(client: Client): Promise<void> {
    if (client.state !== 'behind' || reader.position() === undefined) return;
    client.state = 'catching-up';
    try {
      if (!client.checked && !(await checkStart(client))) return;
      while (!client.connection.isClosed()) {
        // In one step with becoming live: the reader hands out what comes after its position.
        const position = reader.position() ?? 0;
        if (client.cursor >= position) {
          client.state = 'live';
          return;
        }
        const batch = await readAfter(queues.redis, client.cursor, BATCH);
        if (!batch) tellGap(client, position);
        else {
          if (batch.first > client.cursor + 1) tellGap(client, batch.first - 1);
          deliver(client, batch, new Map(batch.entries.map((entry) => [entry.id, toSse(entry)])), 0);
        }
        await client.connection.drained();
      }
    } catch (error) {
      logger.debug({ reason: String(error) }, 'un cliente espera a Redis para ponerse al día');
    } finally {
      if (client.state === 'catching-up') client.state = 'behind';
    }
  }

  /** @returns false while the stream is empty: it may still be filled again from the database */
  async function checkStart(client: Client): Promise<boolean> {
    const edges = await edgesOf(queues.redis);
    if (!edges) return false;
    client.checked = true;
    if (client.cursor > edges.newest) tellGap(client, edges.newest);
    else if (client.cursor < edges.oldest - 1) tellGap(client, edges.oldest - 1);
    return true;
  }

  function tick(): void {
    const now = performance.now();
    const heartbeat = now >= nextHeartbeat;
    if (heartbeat) nextHeartbeat = now + HEARTBEAT;
    for (const client of clients) {
      const { connection, caller } = client;
      connection.dropIfStalled(maxStallMs);
      if (caller.kind === 'user' && isRevoked(caller.usuario_id, caller.token_version))
        end(client, 'sesion_revocada');
      else if (heartbeat) connection.send(heartbeatOf(client));
      if (!connection.isBehind()) void catchUp(client);
    }
    polling ??= figures.poll().finally(() => (polling = undefined));
  }

  function heartbeatOf(client: Client): string {
    if (client.state !== 'live' || client.cursor - client.known <= MAX_BEHIND) return ': latido\n\n';
    client.known = client.cursor;
    return `: latido\nid: ${entryIdOf(client.cursor)}\n\n`;
  }

  function end({ connection }: Client, motivo: EventData['fin']['motivo']): void {
    connection.end(ephemeral('fin', { motivo }));
  }

  function assertRoom(caller: Caller): void {
    if (clients.size >= MAX_CLIENTS) throw unavailable('Hay demasiados flujos de eventos abiertos', 10);
    const name = callerName(caller);
    const own = [...clients].filter((client) => callerName(client.caller) === name).length;
    if (own >= MAX_PER_CALLER)
      throw tooManyRequests(`Ya hay ${MAX_PER_CALLER} flujos de eventos abiertos con esta cuenta`, 10);
  }

  function add(client: Client): void {
    clients.add(client);
    const expiry = client.caller.kind === 'user' ? endAtExpiry(client, client.caller) : undefined;
    client.connection.onClose(() => {
      clearTimeout(expiry);
      clients.delete(client);
      if (clients.size > 0) return;
      clearInterval(timer);
      timer = undefined;
      figures.forget();
    });
    reader.start();
    if (timer !== undefined) return;
    nextHeartbeat = performance.now() + HEARTBEAT;
    timer = setInterval(tick, TICK);
    polling ??= figures.poll().finally(() => (polling = undefined));
  }

  function endAtExpiry(client: Client, { exp }: UserCaller): NodeJS.Timeout {
    return setTimeout(() => end(client, 'sesion_expirada'), Math.max(0, exp * 1_000 - Date.now()));
  }

  return {
    open(caller, response, ultimo) {
      assertRoom(caller);
      const position = reader.position();
      const isFresh = ultimo === undefined;
      const client: Client = {
        caller,
        connection: openSse(response),
        cursor: ultimo ?? position ?? 0,
        known: ultimo ?? position ?? 0,
        freshSince: isFresh ? Date.now() : undefined,
        state: isFresh ? 'live' : 'behind',
        checked: isFresh,
      };
      add(client);
      const { redis, colas } = figures.current();
      // A new client can resume from here, also before it has seen an event.
      const place =
        isFresh && position !== undefined && reader.isCurrent() ? `id: ${entryIdOf(position)}\n` : '';
      client.connection.send(place + redis + colas);
      void catchUp(client);
    },
    clients: () => clients.size,
    endAll: () => clients.forEach((client) => end(client, 'reinicio')),
    async close() {
      clearInterval(timer);
      clients.forEach((client) => end(client, 'reinicio'));
      await polling;
      await reader.close();
    },
  };
}
