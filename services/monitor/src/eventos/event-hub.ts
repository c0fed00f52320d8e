import type { Response } from 'express';
import type { Redis } from 'ioredis';
import { puedeVerEvento } from '@medisupply/shared/contracts/visibilidad';
import type { Logger } from '@medisupply/shared/logging/logger';
import { entryIdOf } from '@medisupply/shared/queueing/wire/event-stream';
import type { Probes } from '../probes/probes.ts';
import type { Batch } from './event-ring.ts';
import { createEventRing } from './event-ring.ts';
import { ephemeral } from './evento.presenter.ts';
import type { EventData } from '@medisupply/shared/contracts/monitor/eventos';
import { createLiveFigures } from './live-figures.ts';
import type { SseConnection } from './sse-connection.ts';
import { openSse, sseEvent } from './sse-connection.ts';
import type { Place } from './stream-places.ts';
import { createStreamPlaces } from './stream-places.ts';

const TICK = 1_000;
const HEARTBEAT = 15_000;
/** A client that has not taken what it was sent for so long is dropped (ms): it can come back and resume. */
const MAX_STALL = 20_000;
/** A client that has been shown nothing of so many events is told where the stream is: it would resume far behind. */
const MAX_BEHIND = 1_000;

export interface EventHub {
  /**
   * Begins a stream after event `ultimo`, or with what happens from now on.
   * @throws AppError 429 too many streams of this caller or address; 503 of all
   */
  open(place: Place, response: Response, ultimo: number | undefined): void;
  clients(): number;
  /** Ends all streams: they would never end by themselves. */
  endAll(): void;
  close(): Promise<void>;
}

export interface EventHubOptions extends Pick<Probes, 'queues' | 'liveKey' | 'throughput'> {
  /** A connection of its own, which blocks. */
  blocking: Redis;
  isRevoked: (usuarioId: number, tokenVersion: number) => boolean;
  logger: Logger;
  maxStallMs?: number;
  /** Streams that one address may have open. */
  perAddress: number;
}

interface Client extends Place {
  connection: SseConnection;
  /** Id up to which everything was sent or is not for this client; undefined until the stream's place is known. */
  cursor: number | undefined;
  /** Id that the client would resume from. */
  known: number;
  /** Of a client that came without a last id (ms UTC). */
  freshSince: number | undefined;
}

/** All open event streams of this process: one ring of the last events, one poll of figures, a cursor for each client. */
export function createEventHub(options: EventHubOptions): EventHub {
  const { queues, liveKey, blocking, isRevoked, logger, maxStallMs = MAX_STALL } = options;
  const clients = new Set<Client>();
  const places = createStreamPlaces(clients, options.perAddress);
  const figures = createLiveFigures(options, (text) =>
    clients.forEach(({ connection }) => connection.send(text)),
  );
  const ring = createEventRing({
    redis: queues.redis,
    liveKey,
    blocking,
    logger,
    onReset: (position) => clients.forEach((client) => tellGap(client, position)),
  });
  let timer: NodeJS.Timeout | undefined;
  let polling: Promise<void> | undefined;
  let nextHeartbeat = 0;

  /** Sends to one client what comes after its cursor, as fast as it takes it. */
  async function follow(client: Client): Promise<void> {
    const { connection } = client;
    while (!connection.isClosed()) {
      const changed = ring.changed();
      try {
        if (await advance(client)) {
          await connection.drained();
          continue;
        }
      } catch (error) {
        logger.debug({ reason: String(error) }, 'un cliente espera a Redis para ponerse al día');
      }
      await changed;
    }
  }

  /** @returns false when there is nothing to do until something changes */
  async function advance(client: Client): Promise<boolean> {
    const position = ring.position();
    if (position === undefined) return false;
    const cursor = (client.cursor ??= ring.base());
    if (cursor === position) return false;
    if (cursor > position) {
      const newest = await ring.newest();
      if (newest === 0 || newest >= cursor || client.cursor !== cursor) return false;
      tellGap(client, newest);
      return true;
    }
    const batch = await ring.after(cursor);
    // Meanwhile the stream may have begun anew.
    if (client.cursor !== cursor) return true;
    if (!batch) tellGap(client, position);
    else deliver(client, batch);
    return true;
  }

  function deliver(client: Client, { entries, first, last }: Batch): void {
    const { caller, cursor = 0, freshSince } = client;
    if (first > cursor + 1) tellGap(client, first - 1);
    let text = '';
    for (const { id, evento, text: event } of entries) {
      const isOld = freshSince !== undefined && id <= ring.told() && evento.momento < freshSince;
      if (isOld || !puedeVerEvento(evento, caller)) continue;
      text += event;
      client.known = id;
    }
    client.cursor = last;
    if (text !== '') client.connection.send(text);
  }

  function tellGap(client: Client, until: number): void {
    const data: EventData['hueco'] = {
      desde: entryIdOf(client.cursor ?? 0),
      hasta: entryIdOf(until),
      mensaje: 'Faltan eventos; lea de nuevo el estado',
    };
    client.connection.send(sseEvent('hueco', data, entryIdOf(until)));
    client.cursor = until;
    client.known = until;
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
    }
    ring.wake();
    poll();
  }

  function poll(): void {
    polling ??= figures.poll().finally(() => (polling = undefined));
  }

  function heartbeatOf(client: Client): string {
    const { cursor = 0, known } = client;
    if (cursor - known <= MAX_BEHIND) return ': latido\n\n';
    client.known = cursor;
    return `: latido\nid: ${entryIdOf(cursor)}\n\n`;
  }

  function end({ connection }: Client, motivo: EventData['fin']['motivo']): void {
    connection.end(ephemeral('fin', { motivo }));
  }

  function add(client: Client): void {
    clients.add(client);
    const { caller, connection } = client;
    const left = caller.kind === 'user' ? caller.exp * 1_000 - Date.now() : undefined;
    const expiry =
      left === undefined ? undefined : setTimeout(() => end(client, 'sesion_expirada'), Math.max(0, left));
    connection.onClose(() => {
      clearTimeout(expiry);
      clients.delete(client);
      if (clients.size > 0) return;
      clearInterval(timer);
      timer = undefined;
      figures.forget();
      ring.wake();
    });
    ring.start();
    if (timer !== undefined) return;
    nextHeartbeat = performance.now() + HEARTBEAT;
    timer = setInterval(tick, TICK);
    poll();
  }

  return {
    open({ caller, address }, response, ultimo) {
      places.assertRoom(caller, address);
      const position = ring.position();
      const isFresh = ultimo === undefined;
      const client: Client = {
        caller,
        address,
        connection: openSse(response),
        cursor: ultimo ?? position,
        known: ultimo ?? position ?? 0,
        freshSince: isFresh ? Date.now() : undefined,
      };
      add(client);
      const { redis, colas } = figures.current();
      // A new client can resume from here, also before it has seen an event.
      const isPlaced = isFresh && position !== undefined && position >= ring.told();
      client.connection.send((isPlaced ? `id: ${entryIdOf(position)}\n` : '') + redis + colas);
      void follow(client);
    },
    clients: () => clients.size,
    endAll: () => clients.forEach((client) => end(client, 'reinicio')),
    async close() {
      clearInterval(timer);
      clients.forEach((client) => end(client, 'reinicio'));
      await polling;
      await ring.close();
    },
  };
}
