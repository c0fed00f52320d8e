import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { Child } from '../../bench/child.ts';
import { startChild } from '../../bench/child.ts';
import type { Load, Measured } from '../../bench/load/load.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A server that answers one request after the other, each so many ms after the one before. */
async function startSlow(ms: number): Promise<string> {
  let turn = Promise.resolve();
  const server = createServer((_request, response) => {
    turn = turn.then(
      () => new Promise((resolve) => setTimeout(() => response.end('{}', () => resolve()), ms)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function run(load: Omit<Load, 'requests'>): Promise<Measured> {
  const generator: Child = await startChild('load/generator.ts');
  closers.push(() => generator.close());
  const requests: Load['requests'] = [{ method: 'GET', path: '/', headers: {} }];
  return (await generator.ask<{ measured: Measured }>({ ...load, requests })).measured;
}

test('when a server is slower than the rate, then an open loop counts how long requests waited in its own line', async () => {
  const origin = await startSlow(50);
  const measured = await run({ origin, connections: 1, rate: 100, seconds: 0.3 });
  // 30 requests that were due within 0.3 s are answered over 1.5 s.
  expect(measured.statuses).toEqual({ 200: 30 });
  expect(measured.latency.max).toBeGreaterThan(1_100);
  expect(measured.latency.p50).toBeGreaterThan(500);
});

test('when a closed loop runs, then it sends as fast as it is answered and counts the answers alone', async () => {
  const origin = await startSlow(20);
  const measured = await run({ origin, connections: 2, seconds: 0.4 });
  expect(measured.answers).toBeGreaterThan(5);
  expect(measured.latency.p50).toBeLessThan(200);
});
