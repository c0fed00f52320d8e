import type { Kysely } from 'kysely';
import type { Viewers } from '../../contracts/visibilidad.ts';
import type { OpenDatabase } from '../../db/open-database.ts';
import { prepared } from '../../db/prepared.ts';
import { Loop } from '../../lifecycle/loop.ts';
import type { Logger } from '../../logging/logger.ts';
import type { QueueClient } from '../wire/queue-client.ts';
import { withDeadline } from '../wire/queue-client.ts';
import type { RelayedEvento } from '../wire/event-stream.ts';
import { entryIdOf, EVENT_STREAM, EVENT_STREAM_LENGTH, eventoIdOf, fieldsOf } from '../wire/event-stream.ts';
import type { OutboxTables } from '../store/tables.ts';

const BATCH = 200;
/** What is told again when Redis forgot everything, at most. Fits one step, so that nobody sees half of it. */
const TAIL = 2_000;
/** How often Redis is asked what it holds while nothing happens (ms). */
const CHECK_EVERY = 5_000;
const DEADLINE = 2_500;
const PAUSE = { first: 250, max: 5_000 };

/**
 * Appends events if the stream's newest id is still the one that the caller saw (ARGV 1), otherwise changes nothing;
 * ARGV 2 = 1 starts the stream anew. Answers the newest id. In one step: a loop that died, was slow or runs twice can
 * neither repeat an event nor leave one out.
 */
const APPEND = `
local top = '0-0'
local info = redis.pcall('XINFO', 'STREAM', KEYS[1])
if not info.err then
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then top = info[i + 1] end
  end
end
if top ~= ARGV[1] then return top end
if ARGV[2] == '1' then
  redis.call('DEL', KEYS[1])
  top = '0-0'
end
for i = 4, #ARGV, 5 do
  redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[3], ARGV[i], unpack(ARGV, i + 1, i + 4))
  top = ARGV[i]
end
return top
`;

export interface EventRelayOptions {
  database: OpenDatabase<OutboxTables>;
  queues: QueueClient;
  /** With whom each of these deliveries is shared. */
  viewersOf: (db: Kysely<OutboxTables>, entregaIds: readonly number[]) => Promise<Map<number, Viewers>>;
  /** Signs what it relays. */
  liveKey: () => string;
  logger: Logger;
  /** How often it looks for new rows (ms). */
  pollMs: number;
}

/**
 * Carries the rows of `evento` to the stream, in order. It only reads the database and nobody waits for it; while Redis
 * is away the rows stay where they are. Any number of these loops may run.
 */
export class EventRelay {
  readonly #options: EventRelayOptions;
  /** The newest event in the stream, as far as known; undefined: Redis has to be asked. */
  #top: number | undefined;
  #checked = 0;
  readonly #loop: Loop;
  #offConnected: (() => void) | undefined;

  constructor(options: EventRelayOptions) {
    this.#options = options;
    this.#loop = new Loop({
      name: 'la publicación de eventos, que esperan en la base de datos',
      everyMs: options.pollMs,
      step: () => this.#relayNew(),
      when: () => options.queues.isConnected(),
      pause: PAUSE,
      logger: options.logger,
    });
  }

  start(): void {
    this.#offConnected = this.#options.queues.onConnected(() => {
      this.#top = undefined;
      this.#loop.retry();
    });
    this.#loop.start();
  }

  async stop(): Promise<void> {
    this.#offConnected?.();
    await this.#loop.stop();
  }

  async #relayNew(): Promise<void> {
    const now = performance.now();
    const isQuiet = this.#top !== undefined && (await this.#newestId()) === this.#top;
    // Redis may have been emptied behind our back.
    if (isQuiet && now - this.#checked < CHECK_EVERY) return;
    // Another loop may have been here: asking costs less than reading what it has relayed.
    this.#top = await this.#append(undefined, false, []);
    this.#checked = now;
    while (!this.#loop.isStopped()) {
      const top: number = this.#top;
      // Read after the stream: what another loop has relayed is committed, so only a restored database is behind.
      const newest = await this.#newestId();
      if (newest === top) return;
      const isOther = newest < top || newest - top > EVENT_STREAM_LENGTH;
      const restart = isOther || top === 0;
      const last = Math.min(newest, await this.#options.database.settledId('evento'));
      const rows = await this.#readBetween(
        restart ? Math.max(0, last - TAIL) : top,
        last,
        restart ? TAIL : BATCH,
      );
      // Some event is still being written before the ones that are there.
      if (rows.length === 0) return;
      this.#top = await this.#append(top, isOther, rows);
    }
  }

  async #newestId(): Promise<number> {
    const { rows } = await selectNewest(this.#options.database.read, {});
    return rows[0]?.id ?? 0;
  }

  async #readBetween(id: number, last: number, limit: number): Promise<[string, RelayedEvento][]> {
    const { read } = this.#options.database;
    const { rows } = await selectBetween(read, { id, last, limit });
    const entregaIds = [...new Set(rows.flatMap((row) => row.entrega_id ?? []))];
    const viewers =
      entregaIds.length > 0 ? await this.#options.viewersOf(read, entregaIds) : new Map<number, Viewers>();
    return rows.map(({ id: eventoId, datos, ...evento }) => [
      entryIdOf(eventoId),
      {
        ...evento,
        viewers: evento.entrega_id === null ? null : (viewers.get(evento.entrega_id) ?? null),
        datos: datos === null ? null : (JSON.parse(datos) as Record<string, unknown>),
      },
    ]);
  }

  /** @returns the stream's newest id: the last of `entries`, or another one, in which case nothing was appended */
  async #append(
    seen: number | undefined,
    restart: boolean,
    entries: readonly [string, RelayedEvento][],
  ): Promise<number> {
    const top = await withDeadline(
      this.#options.queues.redis.eval(
        APPEND,
        1,
        EVENT_STREAM,
        seen === undefined ? '' : entryIdOf(seen),
        restart ? '1' : '0',
        EVENT_STREAM_LENGTH,
        ...entries.flatMap(([id, evento]) => [id, ...fieldsOf(id, evento, this.#options.liveKey())]),
      ),
      DEADLINE,
    );
    return eventoIdOf(String(top));
  }
}

const selectNewest = prepared<OutboxTables, object, { id: number }>((db) =>
  db.selectFrom('evento').select('id').orderBy('id', 'desc').limit(1),
);

type EventoAfter = Omit<RelayedEvento, 'viewers' | 'datos'> & { id: number; datos: string | null };

const selectBetween = prepared<OutboxTables, { id: number; last: number; limit: number }, EventoAfter>(
  (db, { id, last, limit }) =>
    db
      .selectFrom('evento')
      .leftJoin('tarea', 'tarea.task_id', 'evento.task_id')
      .select((eb) => [
        'evento.id',
        'evento.tipo',
        'evento.momento',
        'evento.task_id',
        'tarea.tipo as tarea',
        'tarea.estado',
        'tarea.creada_por',
        eb.fn.coalesce('evento.entrega_id', 'tarea.entrega_id').as('entrega_id'),
        'evento.datos',
      ])
      .where('evento.id', '>', id)
      .where('evento.id', '<=', last)
      .orderBy('evento.id')
      .limit(limit),
);
