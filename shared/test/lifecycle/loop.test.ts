import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { backoff } from '../../src/lifecycle/backoff.ts';
import type { LoopOptions } from '../../src/lifecycle/loop.ts';
import { Loop } from '../../src/lifecycle/loop.ts';

const log: string[] = [];
const logger = {
  warn: (_fields: unknown, text?: string) => void log.push(`warn ${text}`),
  info: (text: unknown) => void log.push(`info ${String(text)}`),
} as LoopOptions['logger'];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  log.length = 0;
});

afterEach(() => vi.useRealTimers());

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

const loopOf = (step: () => Promise<unknown>, options: Partial<LoopOptions> = {}) =>
  new Loop({ name: 'la prueba', everyMs: 1_000, step, logger, ...options });

test('when it runs, then it takes a turn each period, and none after it was stopped', async () => {
  const step = vi.fn<() => Promise<void>>(() => Promise.resolve());
  const loop = loopOf(step);
  loop.start(500);
  await pass(499);
  expect(step).toHaveBeenCalledTimes(0);
  await pass(2_001);
  expect(step).toHaveBeenCalledTimes(3);
  await loop.stop();
  loop.wake();
  await pass(5_000);
  expect(step).toHaveBeenCalledTimes(3);
});

test('when a turn takes long, then no other begins meanwhile, and one that was asked for follows it', async () => {
  const turns: PromiseWithResolvers<void>[] = [];
  const loop = loopOf(() => {
    const turn = Promise.withResolvers<void>();
    turns.push(turn);
    return turn.promise;
  });
  loop.start();
  await pass(5_000);
  loop.wake();
  await pass(5_000);
  expect(turns).toHaveLength(1);
  turns[0]!.resolve();
  await pass(1);
  expect(turns).toHaveLength(2);

  let stopped = false;
  const stopping = loop.stop().then(() => (stopped = true));
  await pass(5_000);
  expect(stopped).toBe(false);
  turns[1]!.resolve();
  await stopping;
});

test('when turns fail, then it pauses longer each time, and tells once of the failure and once of its end', async () => {
  let broken = true;
  const step = vi.fn<() => Promise<void>>(() =>
    broken ? Promise.reject(new Error('no')) : Promise.resolve(),
  );
  const loop = loopOf(step, { everyMs: 10, pause: { first: 100, max: 400 } });
  loop.start();
  await pass(1);
  expect([step.mock.calls.length, loop.isFailing()]).toEqual([1, true]);
  loop.wake();
  await pass(98);
  expect(step).toHaveBeenCalledTimes(1);
  await pass(2 + 200 + 400 + 400);
  expect(step).toHaveBeenCalledTimes(5);
  broken = false;
  loop.retry();
  await pass(1);
  expect(step).toHaveBeenCalledTimes(6);
  expect(loop.isFailing()).toBe(false);
  const once = ['warn falló la prueba; se repite', 'info funciona de nuevo la prueba'];
  expect(log).toEqual(once);
  loop.failed(new Error('fuera de turno'));
  await pass(101);
  expect(log).toEqual([...once, ...once]);
  await loop.stop();
});

test('when it cannot work now, then turns are left out and nothing is told', async () => {
  let ready = false;
  const step = vi.fn<() => Promise<void>>(() => Promise.resolve());
  const loop = loopOf(step, { when: () => ready });
  loop.start();
  await pass(3_000);
  expect(step).toHaveBeenCalledTimes(0);
  ready = true;
  await pass(1_000);
  expect(step).toHaveBeenCalledTimes(1);
  await loop.stop();
});

test('when failures follow each other, then the wait doubles up to its limit', () => {
  expect([0, 1, 2, 3, 1_100].map((n) => backoff(n, { first: 250, max: 1_500 }))).toEqual([
    250, 500, 1_000, 1_500, 1_500,
  ]);
});
