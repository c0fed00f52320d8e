import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { conflict } from '../../../src/http/app-error.ts';
import { createLogger } from '../../../src/logging/logger.ts';
import { redisTime } from '../../../src/redis/connect.ts';
import type { RedisServer } from '../../../src/testing/redis-server.ts';
import { startRedis } from '../../../src/testing/redis-server.ts';
import { until } from '../../../src/testing/until.ts';
import type { ControlListener } from '../../../src/queueing/control/control-channel.ts';
import {
  CONTROL_CHANNEL,
  createControlListener,
  replyChannel,
  REQUEST_TTL,
  SUBSCRIBER_PREFIX,
} from '../../../src/queueing/control/control-channel.ts';
import type { ControlClient } from '../../../src/queueing/control/control-client.ts';
import { openControlClient, UnknownWorkerError } from '../../../src/queueing/control/control-client.ts';
import type { ControlReply, ControlRequest } from '../../../src/queueing/control/control-message.ts';
import {
  controlReply,
  controlRequest,
  signMessage,
  verifyMessage,
} from '../../../src/queueing/control/control-message.ts';

const KEY = 'k'.repeat(43);
const PASSWORD = 'p'.repeat(20);

let server: RedisServer;
let redis: Redis;
let client: ControlClient;
let lines: string[];
const listeners: ControlListener[] = [];

const address = () => ({ REDIS_URL: server.url, password: PASSWORD });

beforeAll(async () => {
  server = await startRedis({ password: PASSWORD });
  redis = new Redis(server.url, { password: PASSWORD, retryStrategy: () => 50 });
  redis.on('error', () => undefined);
});
beforeEach(() => {
  lines = [];
});
afterEach(async () => {
  for (const listener of listeners.splice(0)) listener.close();
  await until(async () => (await subscriptions()) === 0);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

async function subscriptions(): Promise<number> {
  const [, count] = (await redis.pubsub('NUMSUB', CONTROL_CHANNEL)) as [string, number];
  return count;
}

/** A listener that is subscribed, and how often it was pinged. */
async function listen(workerId: string, queueKey = KEY) {
  const before = await subscriptions();
  const logger = createLogger('prueba', { destination: { write: (line: string) => void lines.push(line) } });
  const listener = createControlListener({
    address: address(),
    redis,
    workerId,
    queueKey: () => queueKey,
    logger,
  });
  listeners.push(listener);
  const calls = { ping: 0 };
  listener.handle('ping', () => {
    calls.ping += 1;
    return { status: 'idle', uptime: 1 };
  });
  await until(async () => (await subscriptions()) === before + 1);
  return { listener, calls };
}

async function ask<T>(act: (opened: ControlClient) => Promise<T>, deadlineMs = 1_500): Promise<T> {
  client = await openControlClient({ address: address(), queueKey: KEY, liveKey: KEY, deadlineMs });
  try {
    return await act(client);
  } finally {
    await client.close();
  }
}

const ping = { command: 'ping', args: {} } as const;

async function request(changes: Partial<ControlRequest> = {}, key = KEY): Promise<string> {
  return signMessage<ControlRequest>(
    {
      v: 1,
      kind: 'request',
      id: randomUUID(),
      command: 'ping',
      args: {},
      worker: null,
      issued: await redisTime(redis),
      ...changes,
    },
    key,
  );
}

/** Publishes, and waits until every message before it was dealt with. */
async function publish(...messages: string[]): Promise<void> {
  for (const message of messages) await redis.publish(CONTROL_CHANNEL, message);
  await ask((opened) => opened.ask(ping));
}

const ignored = () =>
  lines
    .filter((line) => line.includes('orden de control ignorada'))
    .map((line) => (JSON.parse(line) as { motivo: string }).motivo);

describe('who answers', () => {
  it('when all are asked, then each worker answers under its id', async () => {
    await listen('host-1-a');
    await listen('host-2-b');
    const { replies, silent } = await ask((opened) => opened.ask(ping));
    expect(replies.map(({ worker, outcome }) => ({ worker, outcome }))).toEqual([
      { worker: 'host-1-a', outcome: { ok: true, result: { status: 'idle', uptime: 1 } } },
      { worker: 'host-2-b', outcome: { ok: true, result: { status: 'idle', uptime: 1 } } },
    ]);
    expect(silent).toEqual([]);
  });

  it('when one is named, then it alone gets the request', async () => {
    const first = await listen('host-1-a');
    const second = await listen('host-2-b');
    const { replies } = await ask((opened) => opened.ask({ ...ping, worker: 'host-2-b' }));
    expect([replies.map(({ worker }) => worker), first.calls.ping, second.calls.ping]).toEqual([
      ['host-2-b'],
      0,
      1,
    ]);
  });

  it('when the one that is named does not run, then those that do are named', async () => {
    await listen('host-1-a');
    await expect(ask((opened) => opened.ask({ ...ping, worker: 'otro' }))).rejects.toThrow(
      new UnknownWorkerError('otro', ['host-1-a']),
    );
  });

  it('when nobody runs, then the answer is empty at once', async () => {
    const started = performance.now();
    const answers = await ask((opened) => opened.ask(ping), 10_000);
    expect(answers).toEqual({ replies: [], silent: [] });
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it('when a handler refuses, then its reason is the answer; when it breaks, then only the log tells why', async () => {
    const { listener } = await listen('host-1-a');
    listener.handle('cancel', ({ task_id }) => {
      throw task_id === 'rota' ? new Error('secreto interno') : conflict('La tarea ya terminó');
    });
    const outcomes = await ask(async (opened) => {
      const refused = await opened.ask({ command: 'cancel', args: { task_id: 'terminada' } });
      const broken = await opened.ask({ command: 'cancel', args: { task_id: 'rota' } });
      return [...refused.replies, ...broken.replies].map(({ outcome }) => outcome);
    });
    expect(outcomes).toEqual([
      { ok: false, error: 'La tarea ya terminó' },
      { ok: false, error: 'La orden falló; el registro del worker dice por qué' },
    ]);
    expect(lines.join('')).toContain('secreto interno');
  });

  it('when a worker is too old for a command, then it says so', async () => {
    await listen('host-1-a');
    const { replies } = await ask((opened) => opened.ask({ command: 'conf', args: {} }));
    expect(replies[0]?.outcome).toEqual({ ok: false, error: 'Este worker no conoce la orden conf' });
  });

  it('when Redis was away, then the worker answers again without a restart', async () => {
    const { calls } = await listen('host-1-a');
    await server.kill();
    await server.start();
    await until(async () => (await subscriptions().catch(() => 0)) === 1);
    await ask((opened) => opened.ask(ping));
    expect(calls.ping).toBe(1);
  });
});

describe('what is ignored, and logged once', () => {
  it('when a request is not signed with the queue key, then nothing happens', async () => {
    const { calls } = await listen('host-1-a');
    const genuine = await request();
    const changed = JSON.stringify({ ...(JSON.parse(genuine) as object), command: 'shutdown' });
    await publish(await request({}, 'x'.repeat(43)), changed, 'hola', '{}', '[]', '['.repeat(5_000));
    expect(calls.ping).toBe(1);
    expect(ignored()).toEqual(['no está firmada con la clave de colas']);
  });

  it('when a request is repeated, then it is followed once', async () => {
    const { calls } = await listen('host-1-a');
    const message = await request();
    await publish(message, message, message);
    expect(calls.ping).toBe(2);
    expect(ignored()).toEqual(['repetida']);
  });

  it('when a request is older than 30 s, or from the future, then it is not followed', async () => {
    const { calls } = await listen('host-1-a');
    const now = await redisTime(redis);
    await publish(
      await request({ issued: now - REQUEST_TTL - 1_000 }),
      await request({ issued: now + REQUEST_TTL + 60_000 }),
    );
    expect(calls.ping).toBe(1);
    expect(ignored()).toEqual(['caducada, o anterior al arranque de este worker']);
  });

  it('when a request was issued before the worker started, then it is not followed: a restart opens no door', async () => {
    const early = await request({ issued: (await redisTime(redis)) - 1_000 });
    const { calls } = await listen('host-1-a');
    await publish(early);
    expect(calls.ping).toBe(1);
    expect(ignored()).toEqual(['caducada, o anterior al arranque de este worker']);
  });

  it('when arguments do not fit, then the handler is not called', async () => {
    const { listener } = await listen('host-1-a');
    let called = false;
    listener.handle('concurrency', () => {
      called = true;
      return { queues: [] };
    });
    const answers = await ask((opened) =>
      opened.ask({ command: 'concurrency', args: { n: 0, queue: null } }),
    );
    expect(answers.replies[0]?.outcome).toEqual({
      ok: false,
      error: 'Argumentos no válidos para concurrency',
    });
    expect(called).toBe(false);
  });

  it('when a reply is forged, then it does not count', async () => {
    const spy = redis.duplicate({ connectionName: `${SUBSCRIBER_PREFIX}host-9-z` });
    await spy.subscribe(CONTROL_CHANNEL);
    spy.on('message', (_channel: string, text: string) => {
      const { id } = JSON.parse(text) as { id: string };
      const forged = signMessage<ControlReply>(
        {
          v: 1,
          kind: 'reply',
          request: id,
          worker: 'host-9-z',
          outcome: { ok: true, result: { status: 'idle', uptime: 1 } },
        },
        'x'.repeat(43),
      );
      void redis.publish(replyChannel(id), forged);
    });
    await listen('host-1-a');
    const { replies, silent } = await ask((opened) => opened.ask(ping), 400);
    spy.disconnect();
    expect([replies.map(({ worker }) => worker), silent]).toEqual([['host-1-a'], ['host-9-z']]);
  });
});

describe('messages', () => {
  it('when any member changes, then the message is not genuine any more', async () => {
    const text = await request({ args: { n: 2 }, worker: 'host-1-a' });
    const genuine = JSON.parse(text) as Record<string, unknown>;
    expect(verifyMessage(text, controlRequest, KEY)).toEqual(genuine);
    const changes = { id: randomUUID(), command: 'conf', args: { n: 3 }, worker: null, issued: 1, extra: 1 };
    const accepted = Object.entries(changes).filter(([member, value]) =>
      verifyMessage(JSON.stringify({ ...genuine, [member]: value }), controlRequest, KEY),
    );
    expect(accepted).toEqual([]);
    expect(verifyMessage(text, controlReply, KEY)).toBeUndefined();
  });
});

describe('Redis', () => {
  it.each([
    ['down', 'ECONNREFUSED'],
    ['hung', 'no respondió'],
    ['another one', 'WRONGPASS'],
  ])('when it is %s, then opening fails before the deadline is long over', async (kind, reason) => {
    const other = await startRedis({ password: kind === 'another one' ? 'otra'.repeat(5) : PASSWORD });
    if (kind === 'down') await other.kill();
    if (kind === 'hung') other.pause();
    const started = performance.now();
    const opening = openControlClient({
      address: { REDIS_URL: other.url, password: PASSWORD },
      queueKey: KEY,
      liveKey: KEY,
      deadlineMs: 500,
    });
    await expect(opening).rejects.toThrow(reason);
    expect(performance.now() - started).toBeLessThan(1_500);
    await other.stop();
  });
});
