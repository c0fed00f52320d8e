import { afterEach, beforeEach, expect, test } from 'vitest';
import { EventRelay } from '../../../src/queueing/relay/event-relay.ts';
import { EVENT_FIELD, EVENT_STREAM, EVENT_STREAM_LENGTH } from '../../../src/queueing/wire/event-stream.ts';
import type { EventoTipo } from '../../../src/contracts/vocabulary.ts';
import type { NewEvento } from '../../../src/queueing/store/eventos.ts';
import { insertEncoladas, insertEventos } from '../../../src/queueing/store/eventos.ts';
import { dispatchTask } from '../../../src/queueing/dispatcher.ts';
import { pingLogistica } from '../../../src/tasks/monitor.ts';
import { onPostgres } from '../../../src/testing/test-database.ts';
import type { OutboxFixture } from './support.ts';
import { outboxFixture, silent, until } from './support.ts';

const LIVE_KEY = 'una clave de lo que se muestra en vivo';

let fixture: OutboxFixture;
let relays: EventRelay[];
const viewers = { creador_id: 1, asignada_a: null, confirmada_por: 2 };

function startRelay(): EventRelay {
  const relay = new EventRelay({
    database: fixture.database,
    queues: fixture.queues,
    viewersOf: async (_db, ids) => new Map(ids.filter((id) => id !== 404).map((id) => [id, viewers])),
    liveKey: () => LIVE_KEY,
    logger: silent,
    pollMs: 20,
  });
  relays.push(relay);
  relay.start();
  return relay;
}

const write = (eventos: readonly NewEvento[]) =>
  fixture.database.unitOfWork.write((tx) => insertEventos(tx, eventos));

const some = (count: number, tipo: EventoTipo = 'creada') =>
  write(Array.from({ length: count }, () => ({ tipo, momento: 1 })));

async function stored(): Promise<[string, unknown][]> {
  const entries = await fixture.queues.redis.xrange(EVENT_STREAM, '-', '+');
  return entries.map(([id, [field, value]]) => [id, field === EVENT_FIELD ? JSON.parse(value ?? '') : field]);
}

const ids = async () => (await stored()).map(([id]) => id);
const upTo = (last: number, first = 1) =>
  Array.from({ length: last - first + 1 }, (_, index) => `${first + index}-0`);

beforeEach(async () => {
  fixture = await outboxFixture();
  relays = [];
});

afterEach(async () => {
  await Promise.all(relays.map((relay) => relay.stop()));
  await fixture.close();
});

test('when events are written, then they are in the stream with their task and who may see them', async () => {
  const { task_id } = await fixture.database.unitOfWork.write(async (tx) => {
    const task = await dispatchTask(tx, pingLogistica, {}, { creada_por: 'usuario:7', entrega_id: 5 });
    await insertEncoladas(tx, [task.task_id], 10);
    await insertEventos(tx, [
      { tipo: 'creada', momento: 11, entrega_id: 6, datos: { estado: 'nueva' } },
      { tipo: 'cancelada', momento: 12, entrega_id: 404 },
      { tipo: 'fin', momento: 13 },
    ]);
    return task;
  });
  startRelay();
  await until(async () => (await ids()).length === 4);
  const nothing = { task_id: null, tarea: null, estado: null, creada_por: null, entrega_id: null };
  expect(await stored()).toEqual([
    [
      '1-0',
      {
        tipo: 'encolada',
        momento: 10,
        task_id,
        tarea: pingLogistica.name,
        estado: 'PENDING',
        creada_por: 'usuario:7',
        entrega_id: 5,
        viewers,
        datos: null,
      },
    ],
    ['2-0', { ...nothing, tipo: 'creada', momento: 11, entrega_id: 6, viewers, datos: { estado: 'nueva' } }],
    ['3-0', { ...nothing, tipo: 'cancelada', momento: 12, entrega_id: 404, viewers: null, datos: null }],
    ['4-0', { ...nothing, tipo: 'fin', momento: 13, viewers: null, datos: null }],
  ]);
});

test('when three loops run and one is replaced, then each event is there once and in order', async () => {
  startRelay();
  startRelay();
  const third = startRelay();
  for (let round = 0; round < 30; round += 1) {
    await some(40);
    if (round === 10) await third.stop();
    if (round === 20) startRelay();
  }
  await until(async () => (await ids()).length === 1_200);
  expect(await ids()).toEqual(upTo(1_200));
});

test('when Redis is down, then events wait, and none is missing or twice once it is back', async () => {
  startRelay();
  await some(3);
  await until(async () => (await ids()).length === 3);
  await fixture.redis.kill();
  await until(() => !fixture.queues.isConnected());
  await some(700);
  await fixture.redis.start();
  await until(() => fixture.queues.isConnected());
  await until(async () => (await ids()).at(-1) === '703-0');
  expect(await ids()).toEqual(upTo(703));
});

test('when Redis forgot everything, then the newest events are told again, and at most 2,000', async () => {
  await some(2_500);
  startRelay();
  await until(async () => (await ids()).at(-1) === '2500-0');
  expect(await ids()).toEqual(upTo(2_500, 501));
  await fixture.queues.redis.flushall();
  await some(1);
  await until(async () => (await ids()).at(-1) === '2501-0');
  expect(await ids()).toEqual(upTo(2_501, 502));
});

test('when Redis was emptied and nothing happens, then the stream is filled again all the same', async () => {
  await some(4);
  startRelay();
  await until(async () => (await ids()).length === 4);
  await fixture.queues.redis.flushall();
  await until(async () => (await ids()).length === 4);
  expect(await ids()).toEqual(upTo(4));
});

test('when the database is older than the stream, then the stream begins anew with it', async () => {
  await fixture.queues.redis.xadd(EVENT_STREAM, '9000-0', EVENT_FIELD, '{}');
  await some(3);
  startRelay();
  await until(async () => (await ids()).at(-1) === '3-0');
  expect(await ids()).toEqual(upTo(3));
});

test('when far more was missed than the stream holds, then it begins anew instead of hiding a hole', async () => {
  await fixture.queues.redis.xadd(EVENT_STREAM, '5-0', EVENT_FIELD, '{}');
  for (let round = 0; round < 11; round += 1) await some(1_000);
  startRelay();
  await until(async () => (await ids()).at(-1) === '11000-0');
  expect(await ids()).toEqual(upTo(11_000, 9_001));
});

test('when many events are written, then the stream keeps about the newest ten thousand', async () => {
  startRelay();
  for (let round = 0; round < 24; round += 1) {
    await some(500);
    await until(
      async () =>
        (await fixture.queues.redis.xrevrange(EVENT_STREAM, '+', '-', 'COUNT', 1))[0]?.[0] ===
        `${(round + 1) * 500}-0`,
    );
  }
  const length = await fixture.queues.redis.xlen(EVENT_STREAM);
  expect(length).toBeGreaterThanOrEqual(EVENT_STREAM_LENGTH);
  expect(length).toBeLessThan(EVENT_STREAM_LENGTH * 1.05);
});

// SQLite has one writer at a time.
test.runIf(onPostgres)(
  'when an event is committed after one with a higher id, then both are told, in the order of their ids',
  async () => {
    await some(1);
    startRelay();
    await until(async () => (await ids()).length === 1);
    const wrote = Promise.withResolvers<void>();
    const letGo = Promise.withResolvers<void>();
    const slow = fixture.database.unitOfWork.write(async (tx) => {
      await insertEventos(tx, [{ tipo: 'creada', momento: 1 }]);
      wrote.resolve();
      await letGo.promise;
    });
    await wrote.promise;
    await some(1);
    const looked = performance.now();
    await until(() => performance.now() - looked > 300);
    expect(await ids()).toEqual(['1-0']);
    letGo.resolve();
    await slow;
    await until(async () => (await ids()).length === 3);
    expect(await ids()).toEqual(['1-0', '2-0', '3-0']);
  },
);
