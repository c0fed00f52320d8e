import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { EVENT_FIELD, fieldsOf, EVENT_STREAM } from '@medisupply/shared/queueing/wire/event-stream';
import type { RelayedEvento } from '@medisupply/shared/queueing/wire/event-stream';
import { createApp } from '@medisupply/shared/http/create-app';
import { publicRoute } from '@medisupply/shared/http/route';
import { listen } from '@medisupply/shared/lifecycle/run-process';
import { connectForBlocking } from '@medisupply/shared/redis/connect';
import { publishRevocations, signRevocation } from '@medisupply/shared/security/revocations';
import type { DataDir } from '@medisupply/shared/testing/data-dir';
import { createDataDir } from '@medisupply/shared/testing/data-dir';
import { closeServer, urlOf } from '@medisupply/shared/testing/fake-service';
import type { RedisServer } from '@medisupply/shared/testing/redis-server';
import { startRedis } from '@medisupply/shared/testing/redis-server';
import type { SseClient } from '@medisupply/shared/testing/sse-client';
import { openSseClient } from '@medisupply/shared/testing/sse-client';
import { until } from '@medisupply/shared/testing/until';
import { createHeartbeat } from '@medisupply/shared/queueing/control/heartbeat';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createEventHub } from '../src/eventos/event-hub.ts';
import type { Monitor } from './support.ts';
import { connected, silent, startMonitor, workerState } from './support.ts';

let data: DataDir;
let redis: RedisServer;
let monitor: Monitor;
let closers: (() => unknown)[] = [];
let lastId = 0;

beforeAll(async () => {
  data = await createDataDir();
  redis = await startRedis({ users: data.secrets('redis') });
});
beforeEach(async () => {
  monitor = await startMonitor(data, { REDIS_URL: redis.url });
  closers.push(() => monitor.close());
  await connected(monitor);
  await commands().flushall();
  lastId = 0;
});
afterEach(async () => {
  for (const close of closers.toReversed()) await close();
  closers = [];
});
afterAll(async () => {
  await redis.stop();
  await data.remove();
});

const commands = () => redis.operator;

type TokenOptions = Parameters<DataDir['token']>[0];

const bearer = (options?: TokenOptions) => ({ authorization: `Bearer ${data.token(options)}` });

async function watch(
  headers: Record<string, string> = bearer(),
  path = '/monitor/eventos',
): Promise<SseClient> {
  const client = await openSseClient(monitor.url + path, headers);
  closers.push(() => client.close());
  return client;
}

const entryOf = (id: string, evento: RelayedEvento, liveKey: string) =>
  [id, ...fieldsOf(id, evento, liveKey)] as const;

/** Puts events into the stream, as a relay does. @returns their ids */
async function happen(...eventos: Partial<RelayedEvento>[]): Promise<string[]> {
  const ids: string[] = [];
  const pipeline = commands().pipeline();
  for (const evento of eventos) {
    lastId += 1;
    ids.push(`${lastId}-0`);
    const whole = { ...anEvento(), ...evento };
    pipeline.xadd(EVENT_STREAM, ...entryOf(`${lastId}-0`, whole, monitor.container.liveKey()));
  }
  await pipeline.exec();
  return ids;
}

const anEvento = (): RelayedEvento => ({
  tipo: 'creada',
  momento: Date.now(),
  task_id: null,
  tarea: null,
  estado: null,
  creada_por: null,
  entrega_id: 5,
  viewers: { creador_id: 7, asignada_a: null, confirmada_por: null },
  datos: null,
});

const stored = (client: SseClient) =>
  client.events.filter(({ name }) => name === 'entrega' || name === 'tarea');
const idsOf = (client: SseClient) => stored(client).map(({ id }) => id);
const range = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => `${first + index}-0`);

describe('GET /monitor/eventos', () => {
  it('when something happens, then the client is told at once, without who may see it', async () => {
    const client = await watch();
    expect(client).toMatchObject({
      status: 200,
      headers: {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store, no-transform',
        'x-accel-buffering': 'no',
      },
    });
    const momento = Date.now();
    await happen(
      { tipo: 'creada', momento, datos: { estado: 'nueva' } },
      {
        tipo: 'fin',
        momento: momento + 1,
        entrega_id: null,
        viewers: null,
        task_id: 'abc',
        tarea: 'monitor.ping_logistica',
        estado: 'SUCCESS',
        creada_por: 'usuario:7',
      },
    );
    await client.received(({ id }) => id === '2-0');
    const nothing = { entrega_id: null, task_id: null, tarea: null, estado: null, datos: null };
    expect(stored(client)).toEqual([
      {
        id: '1-0',
        name: 'entrega',
        data: {
          ...nothing,
          id: '1-0',
          tipo: 'creada',
          momento: new Date(momento).toISOString(),
          entrega_id: 5,
          datos: { estado: 'nueva' },
        },
      },
      {
        id: '2-0',
        name: 'tarea',
        data: {
          ...nothing,
          id: '2-0',
          tipo: 'fin',
          momento: new Date(momento + 1).toISOString(),
          task_id: 'abc',
          tarea: 'monitor.ping_logistica',
          estado: 'SUCCESS',
        },
      },
    ]);
  });

  it('when it cannot be let in, then 401, 403 or 400', async () => {
    const worker = await data.serviceKey('worker');
    expect((await watch({})).status).toBe(401);
    expect((await watch({ 'i-api-key': worker })).status).toBe(403);
    for (const ultimo of ['-1', 'x', '', '1-1', '1e3', '99999999999999999']) {
      expect((await watch(bearer(), `/monitor/eventos?ultimo=${ultimo}`)).status).toBe(400);
    }
    expect((await watch({ ...bearer(), 'last-event-id': 'nada' })).status).toBe(400);
    expect(monitor.container.eventos.clients()).toBe(0);
  });

  it('when HEAD asks, then there is an answer and no stream', async () => {
    const response = await fetch(`${monitor.url}/monitor/eventos`, { method: 'HEAD', headers: bearer() });
    expect(response.status).toBe(200);
    expect(monitor.container.eventos.clients()).toBe(0);
  });
});

describe('who sees an event', () => {
  const entrega = (viewers: Partial<NonNullable<RelayedEvento['viewers']>>): Partial<RelayedEvento> => ({
    viewers: { creador_id: null, asignada_a: null, confirmada_por: null, ...viewers },
  });
  const tarea = (creada_por: string): Partial<RelayedEvento> => ({
    task_id: 't',
    creada_por,
    entrega_id: null,
    viewers: null,
  });
  const EVENTS: Partial<RelayedEvento>[] = [
    entrega({}), // 1: open, and so the couriers'
    entrega({ creador_id: 7, asignada_a: 8 }), // 2
    entrega({ creador_id: 9, confirmada_por: 8 }), // 3
    tarea('usuario:7'), // 4
    tarea('usuario:8'), // 5
    tarea('programada'), // 6
    { ...entrega({ creador_id: 9, asignada_a: 9 }), task_id: 't', creada_por: 'usuario:7' }, // 7
    { ...entrega({ creador_id: 8, asignada_a: 9 }), task_id: 't', creada_por: 'servicio:worker' }, // 8
    { entrega_id: null, viewers: null }, // 9: of nothing
  ];

  it('when users, operators and services watch, then each sees exactly what the rule gives', async () => {
    const clients = {
      user7: await watch(bearer({ usuario_id: 7 })),
      user8: await watch(bearer({ usuario_id: 8 })),
      user9: await watch(bearer({ usuario_id: 9 })),
      stranger: await watch(bearer({ usuario_id: 10 })),
      courier: await watch(bearer({ usuario_id: 11, roles: ['Mensajero'] })),
      dispatcher: await watch(bearer({ usuario_id: 12, roles: ['Despacho'] })),
      admin: await watch(bearer({ usuario_id: 1, roles: ['Admin'] })),
      system: await watch(bearer({ usuario_id: 2, roles: ['System'] })),
      operator: await watch({ 'i-api-key': await data.serviceKey('operator') }),
    };
    // After them something that is each one's own.
    const ends = await happen(...EVENTS, ...[7, 8, 9, 10, 11, 12].map((id) => tarea(`usuario:${id}`)));
    const own = ends.slice(EVENTS.length);
    const seen: Record<string, unknown> = {};
    for (const [index, [name, client]] of Object.entries(clients).entries()) {
      await client.received(({ id }) => id === (own[index] ?? own.at(-1)));
      seen[name] = idsOf(client).filter((id) => !own.includes(String(id)));
    }
    const all = range(1, EVENTS.length);
    expect(seen).toEqual({
      user7: ['2-0', '4-0', '7-0'],
      user8: ['2-0', '3-0', '5-0', '8-0'],
      user9: ['3-0', '7-0', '8-0'],
      stranger: [],
      courier: ['1-0'],
      dispatcher: ['1-0', '2-0', '3-0', '7-0', '8-0'],
      admin: all,
      system: all,
      operator: all,
    });
  });

  it('when a delivery is claimed, then couriers who could have claimed it are told, and not by whom', async () => {
    const courier = await watch(bearer({ usuario_id: 11, roles: ['usuario', 'Mensajero'] }));
    const claimant = await watch(bearer({ usuario_id: 8, roles: ['usuario', 'Mensajero'] }));
    const stranger = await watch(bearer({ usuario_id: 10 }));
    const taken = { ...entrega({ creador_id: 7, asignada_a: 8 }), datos: { asignada_a: 8 } };
    const [id] = await happen({ ...taken, tipo: 'tomada' }, { ...taken, tipo: 'recibida' });
    const after = await happen(...[8, 10, 11].map((usuario) => tarea(`usuario:${usuario}`)));
    for (const [index, client] of [claimant, stranger, courier].entries())
      await client.received((event) => event.id === after[index]);
    const dataOf = (client: SseClient) => client.events.find((event) => event.id === id)?.data;
    expect(dataOf(claimant)).toMatchObject({ tipo: 'tomada', entrega_id: 5, datos: { asignada_a: 8 } });
    expect(dataOf(courier)).toMatchObject({ tipo: 'tomada', entrega_id: 5, datos: null });
    expect(idsOf(courier)).toEqual([id, after[2]]);
    expect(idsOf(stranger)).toEqual([after[1]]);
  });

  it('when a client resumes, then the same filter applies to what it missed', async () => {
    await happen(...EVENTS);
    const client = await watch({ ...bearer({ usuario_id: 9 }), 'last-event-id': '2-0' });
    await happen(entrega({ creador_id: 9 }));
    await client.received(({ id }) => id === `${EVENTS.length + 1}-0`);
    expect(idsOf(client)).toEqual(['3-0', '7-0', '8-0', `${EVENTS.length + 1}-0`]);
  });
});

describe('resuming', () => {
  it('when clients come and go while much happens, then each gets every event once and in order', async () => {
    await happen(...Array.from({ length: 50 }, anEvento));
    const writing = (async () => {
      for (let round = 0; round < 60; round += 1) await happen(...Array.from({ length: 25 }, anEvento));
    })();
    const received: (string | undefined)[] = ['20-0'];
    while (received.at(-1) !== '1550-0') {
      const before = received.length;
      const client = await watch({ ...bearer(), 'last-event-id': received.at(-1)! });
      await until(() => stored(client).length > 0);
      await new Promise((resolve) => setImmediate(resolve));
      received.push(...idsOf(client));
      expect(client.named('hueco')).toEqual([]);
      client.close();
      expect(received.length).toBeGreaterThan(before);
    }
    await writing;
    expect(received).toEqual(range(20, 1_550));
  });

  it('when the id comes in the query, then it counts like the header', async () => {
    await happen(anEvento(), anEvento(), anEvento());
    for (const ultimo of ['1', '1-0']) {
      const client = await watch(bearer(), `/monitor/eventos?ultimo=${ultimo}`);
      await client.received(({ id }) => id === '3-0');
      expect(idsOf(client)).toEqual(['2-0', '3-0']);
      expect(client.named('hueco')).toEqual([]);
    }
  });

  it('when a client comes anew, then it gets nothing old, and an id to resume from', async () => {
    const old = { momento: Date.now() - 1_000 };
    await happen(old, old);
    const first = await watch();
    const client = await vi.waitFor(async () => {
      const next = await watch();
      const { id } = await next.received(({ name }) => name === 'redis');
      if (id === undefined) next.close();
      expect(id).toBe('2-0');
      return next;
    });
    await happen(anEvento());
    await client.received(({ id }) => id === '3-0');
    expect([first, client].map(idsOf)).toEqual([['3-0'], ['3-0']]);
  });

  it('when the stream does not reach back so far, then the client is told, and goes on from where it begins', async () => {
    await happen(...Array.from({ length: 10 }, anEvento));
    await commands().xtrim(EVENT_STREAM, 'MAXLEN', 4);
    const client = await watch({ ...bearer(), 'last-event-id': '3-0' });
    await client.received(({ id }) => id === '10-0');
    expect(client.named('hueco')).toEqual([
      {
        id: '6-0',
        name: 'hueco',
        data: { desde: '3-0', hasta: '6-0', mensaje: 'Faltan eventos; lea de nuevo el estado' },
      },
    ]);
    expect(idsOf(client)).toEqual(range(7, 10));
    const again = await watch({ ...bearer(), 'last-event-id': '6-0' });
    await again.received(({ id }) => id === '10-0');
    expect(again.named('hueco')).toEqual([]);
  });

  it('when the id is from a future that the stream does not know, then the client is told', async () => {
    await happen(anEvento());
    const client = await watch({ ...bearer(), 'last-event-id': '500-0' });
    await client.received(({ name, data: gap }) => name === 'hueco' && gap['hasta'] === '1-0');
    await happen(anEvento());
    await client.received(({ id }) => id === '2-0');
    expect(idsOf(client)).toEqual(['2-0']);
  });

  it('when Redis is emptied and filled again, then nothing comes twice and nothing is missing', async () => {
    const client = await watch();
    await happen(anEvento(), anEvento(), anEvento());
    await client.received(({ id }) => id === '3-0');
    await commands().flushall();
    lastId = 0;
    await happen(...Array.from({ length: 5 }, anEvento));
    await client.received(({ id }) => id === '5-0');
    expect(idsOf(client)).toEqual(range(1, 5));
    expect(client.named('hueco')).toEqual([]);
  });

  it('when the stream begins anew with lower ids, then the clients are told and go on', async () => {
    const client = await watch();
    lastId = 100;
    await happen(anEvento());
    await client.received(({ id }) => id === '101-0');
    await commands().del(EVENT_STREAM);
    lastId = 0;
    await happen(anEvento());
    await client.received(({ name, data: gap }) => name === 'hueco' && gap['hasta'] === '1-0');
    await happen(anEvento());
    await client.received(({ id }) => id === '2-0');
    expect(
      client.events
        .filter(({ id }) => id !== undefined)
        .map(({ id }) => id)
        .slice(-3),
    ).toEqual(['101-0', '1-0', '2-0']);
  });

  it('when an entry is not of ours, then it is passed over', async () => {
    const client = await watch();
    await client.received(({ name }) => name === 'redis');
    await commands().xadd(EVENT_STREAM, '1-0', 'otra', 'cosa');
    await commands().xadd(EVENT_STREAM, '2-0', EVENT_FIELD, '{"tipo":1}');
    lastId = 2;
    await happen(anEvento());
    await client.received(({ id }) => id === '3-0');
    expect(idsOf(client)).toEqual(['3-0']);
  });

  it('when somebody forges an event or moves a genuine one, then nobody is shown it', async () => {
    const client = await watch();
    await client.received(({ name }) => name === 'redis');
    const forged = { ...anEvento(), tipo: 'aplicada' as const };
    await commands().xadd(EVENT_STREAM, '1-0', EVENT_FIELD, JSON.stringify(forged));
    await commands().xadd(EVENT_STREAM, ...entryOf('2-0', forged, 'otra clave'.repeat(4)));
    const [, ...genuine] = entryOf('9-0', forged, monitor.container.liveKey());
    await commands().xadd(EVENT_STREAM, '3-0', ...genuine);
    lastId = 3;
    await happen(anEvento());
    await client.received(({ id }) => id === '4-0');
    expect(idsOf(client)).toEqual(['4-0']);
  });
});

describe('the end of a stream', () => {
  it('when the token expires, then the stream says so and ends', async () => {
    const real = Date.now();
    const clock = vi.spyOn(Date, 'now').mockReturnValue(real - 15 * 60_000 + 1_500);
    const headers = bearer();
    clock.mockRestore();
    const client = await watch(headers);
    expect(client.status).toBe(200);
    await until(() => client.hasEnded());
    expect(client.events.at(-1)).toEqual({
      id: undefined,
      name: 'fin',
      data: { motivo: 'sesion_expirada' },
    });
    expect(Date.now() - real).toBeGreaterThan(400);
    expect(monitor.container.eventos.clients()).toBe(0);
  });

  it('when the token is revoked, then the stream ends within 5 s, and other streams go on', async () => {
    const client = await watch(bearer({ usuario_id: 31, token_version: 1 }));
    const other = await watch(bearer({ usuario_id: 32, token_version: 1 }));
    await publishRevocations(commands(), [
      signRevocation({ usuario_id: 31, token_version: 2 }, data.tokenKey),
    ]);
    await until(() => client.hasEnded(), 5_000);
    expect(client.events.at(-1)).toMatchObject({ name: 'fin', data: { motivo: 'sesion_revocada' } });
    expect(other.hasEnded()).toBe(false);
  });

  it('when the process stops, then streams say so and end', async () => {
    const client = await watch();
    await until(() => monitor.container.eventos.clients() === 1);
    monitor.container.eventos.endAll();
    await until(() => client.hasEnded());
    expect(client.events.at(-1)).toMatchObject({ name: 'fin', data: { motivo: 'reinicio' } });
  });
});

describe('many clients, and bad ones', () => {
  it('when a caller opens more than 8 streams, then 429, and one that closes makes room', async () => {
    const clients = await Promise.all(Array.from({ length: 8 }, () => watch(bearer({ usuario_id: 40 }))));
    const refused = await watch(bearer({ usuario_id: 40 }));
    expect(refused).toMatchObject({
      status: 429,
      headers: { 'retry-after': '10', 'content-type': expect.stringContaining('application/problem+json') },
    });
    expect((await watch(bearer({ usuario_id: 41 }))).status).toBe(200);
    clients[0]?.close();
    await until(() => monitor.container.eventos.clients() === 8);
    expect((await watch(bearer({ usuario_id: 40 }))).status).toBe(200);
  });

  it('when one address has all its streams open, then 429 for another user there, and an Admin watches', async () => {
    const narrow = await startMonitor(data, { REDIS_URL: redis.url, STREAMS_PER_ADDRESS: '3' });
    closers.push(() => narrow.close());
    const open = async (options: TokenOptions, headers = {}) => {
      const client = await openSseClient(`${narrow.url}/monitor/eventos`, { ...bearer(options), ...headers });
      closers.push(() => client.close());
      return client.status;
    };
    for (let id = 60; id < 63; id++) expect(await open({ usuario_id: id })).toBe(200);
    expect(await open({ usuario_id: 63 })).toBe(429);
    expect(await open({ usuario_id: 63 }, { 'x-forwarded-for': '203.0.113.7' })).toBe(429);
    expect(await open({ usuario_id: 64, roles: ['Admin'] })).toBe(200);
  });

  it('when 200 clients watch, then all get all events over one blocking connection', async () => {
    const clients = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        watch(bearer({ usuario_id: 100 + (index >> 3), roles: ['Mensajero'] })),
      ),
    );
    const viewers = { creador_id: null, asignada_a: null, confirmada_por: null };
    for (let round = 0; round < 20; round += 1) {
      await happen(...Array.from({ length: 10 }, () => ({ ...anEvento(), viewers })));
    }
    for (const client of clients) await client.received(({ id }) => id === '200-0');
    expect(clients.every((client) => idsOf(client).length === 200)).toBe(true);
    const list = String(await commands().client('LIST'));
    expect(list.match(/cmd=xread\b/g)).toHaveLength(1);
  });

  it('when a client is slow, then little is held for it, and it gets everything in its own time', async () => {
    const slow = await watch();
    slow.pauseReading();
    const datos = { texto: 'x'.repeat(2_000) };
    for (let round = 0; round < 60; round += 1) {
      await happen(...Array.from({ length: 100 }, () => ({ datos })));
    }
    slow.resumeReading();
    await slow.received(({ id }) => id === '6000-0');
    expect(idsOf(slow)).toEqual(range(1, 6_000));
    expect(slow.named('hueco')).toEqual([]);
  });
});

describe('a client that hangs', () => {
  it('when it takes nothing, then what is held for it has a bound, and it is dropped; another one loses nothing', async () => {
    const responses: { writableLength: number }[] = [];
    const { throughput, queues } = monitor.container;
    const hub = createEventHub({
      queues,
      liveKey: monitor.container.liveKey,
      blocking: connectForBlocking({ REDIS_URL: redis.url, password: data.redisPassword }, silent()),
      throughput,
      isRevoked: () => false,
      logger: silent(),
      maxStallMs: 2_000,
      perAddress: 200,
    });
    const stream = publicRoute({
      method: 'get',
      path: '/',
      summary: 'Eventos',
      responses: {},
      handler({ response }) {
        responses.push(response);
        const caller = { kind: 'service', id: 'prueba', scopes: [] } as const;
        hub.open({ caller, address: '127.0.0.1' }, response, undefined);
      },
    });
    const app = createApp('prueba', { logger: silent(), routes: [stream] });
    const server = await listen(app, 0, '127.0.0.1', 'PORT');
    closers.push(
      () => closeServer(server),
      () => hub.close(),
    );
    const [hanging, good] = [await openSseClient(urlOf(server), {}), await openSseClient(urlOf(server), {})];
    hanging.pauseReading();
    let most = 0;
    for (let round = 0; hub.clients() > 1; round += 1) {
      const ids = await happen(
        ...Array.from({ length: 100 }, () => ({ datos: { texto: 'x'.repeat(2_000) } })),
      );
      await good.received(({ id }) => id === ids.at(-1));
      most = Math.max(most, responses[0]?.writableLength ?? 0);
      expect(round).toBeLessThan(5_000);
    }
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(512 * 1024);
    expect(good.hasEnded()).toBe(false);
    expect(idsOf(good)).toEqual(range(1, lastId));
    good.close();
  });
});

it('when tens of thousands of events have passed, then no memory is kept of them', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const response = await fetch(`${monitor.url}/monitor/eventos`, { headers: bearer() });
  let tail = '';
  const reading = (async () => {
    for await (const chunk of response.body ?? [])
      tail = (tail + Buffer.from(chunk).toString('latin1')).slice(-2_000);
  })().catch(() => undefined);
  const datos = { texto: 'x'.repeat(500) };
  const pass = async (count: number) => {
    for (let round = 0; round < count / 500; round += 1) {
      await happen(...Array.from({ length: 500 }, () => ({ datos })));
      await commands().xtrim(EVENT_STREAM, 'MAXLEN', 1_000);
      await until(() => tail.includes(`id: ${lastId}-0`));
    }
    collect();
    return process.memoryUsage().heapUsed;
  };
  const before = await pass(5_000);
  const after = await pass(20_000);
  // What passed between the two is some 18 MB.
  expect(after - before).toBeLessThan(4_000_000);
  monitor.container.eventos.endAll();
  await reading;
});

describe('queues, workers and Redis', () => {
  it('when counts change, then the new ones come, and a new client gets the present ones', async () => {
    const client = await watch();
    await client.received(({ name }) => name === 'colas');
    await commands().rpush('{medisupply}:logistica:wait', 'x');
    await client.received(
      ({ name, data: event }) => name === 'colas' && JSON.stringify(event).includes('"waiting":1'),
    );
    const told = client.named('colas').length;
    const later = await watch();
    await later.received(({ name }) => name === 'colas');
    expect(later.named('colas')[0]).toEqual({
      id: undefined,
      name: 'colas',
      data: {
        queues: expect.objectContaining({ logistica: expect.objectContaining({ waiting: 1 }) }),
        timestamp: expect.any(String),
      },
    });
    // Two more polls without a change tell nothing.
    const polls = vi.spyOn(monitor.container.queues.redis, 'zrange');
    await until(() => polls.mock.calls.length >= 2);
    expect(client.named('colas')).toHaveLength(told);
  });

  it(
    'when a worker comes and dies without a word, then up, and down within 15 s',
    { timeout: 30_000 },
    async () => {
      const client = await watch();
      await client.received(({ name }) => name === 'colas');
      // One sign of life and no other, as of a worker that is killed right after it.
      const heartbeat = createHeartbeat({
        redis: commands(),
        liveKey: monitor.container.liveKey,
        logger: silent(),
        snapshot: () => workerState({ id: 'nuevo' }),
        beatMs: 3_600_000,
      });
      heartbeat.start();
      const started = Date.now();
      closers.push(() => heartbeat.stop());
      const worker = { id: 'nuevo', host: 'host', pid: 4711, timestamp: expect.any(String) };
      await client.received(({ name }) => name === 'worker');
      expect(client.named('worker').map((event) => event.data)).toEqual([{ ...worker, estado: 'up' }]);
      await client.received(({ data: event }) => event['estado'] === 'down', 15_000);
      expect(Date.now() - started).toBeLessThan(15_000);
      expect(client.named('worker').map((event) => event.data)).toEqual([
        { ...worker, estado: 'up' },
        { ...worker, estado: 'down' },
      ]);
    },
  );

  it(
    'when Redis goes and comes back, then the stream stays open, tells both, and misses nothing',
    { timeout: 30_000 },
    async () => {
      const client = await watch();
      await client.received(({ name, data: event }) => name === 'redis' && event['estado'] === 'conectado');
      await happen(anEvento());
      await client.received(({ id }) => id === '1-0');
      await redis.kill();
      await client.received(
        ({ name, data: event }) => name === 'redis' && event['estado'] === 'desconectado',
      );
      const during = await watch({ ...bearer(), 'last-event-id': '1-0' });
      expect(during.status).toBe(200);
      await redis.start();
      await until(() => monitor.container.queues.isConnected());
      // The file may have lost the last second; a relay puts it back.
      lastId = Number(
        ((await commands().xrevrange(EVENT_STREAM, '+', '-', 'COUNT', 1))[0]?.[0] ?? '0-0').split('-')[0],
      );
      while (lastId < 3) await happen(anEvento());
      for (const watching of [client, during]) {
        await watching.received(({ id }) => id === '3-0', 15_000);
        await until(() => watching.named('redis').at(-1)?.data['estado'] === 'conectado');
      }
      expect(idsOf(client)).toEqual(range(1, 3));
      expect(idsOf(during)).toEqual(range(2, 3));
    },
  );
});
