/** The load generator, a process of its own: gets one `Load` after the other and sends back what it `Measured`. */
import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import { reasonOf } from '../../scripts/terminal/user-error.ts';
import type { Load, LoadRequest, Measured } from './load.ts';
import { percentiles } from './percentiles.ts';

const ANSWER_DEADLINE = 60_000;

process.on('disconnect', () => process.exit());
process.on('message', (load: Load) => {
  run(load).then(
    (measured) => process.send?.({ measured }),
    (error: unknown) => process.send?.({ error: error instanceof Error ? error.stack : String(error) }),
  );
});
process.send?.('ready');

async function run(load: Load): Promise<Measured> {
  const origins = [load.origin].flat();
  const pools = origins.map(
    (origin) =>
      new Pool(origin, {
        connections: load.connections,
        pipelining: load.freshConnections ? 0 : 1,
        headersTimeout: ANSWER_DEADLINE,
        bodyTimeout: ANSWER_DEADLINE,
      }),
  );
  let sent = 0;
  const latencies: number[] = [];
  const statuses: Record<string, number> = {};
  const failures: Record<string, number> = {};

  const send = async (request: LoadRequest, due: number) => {
    try {
      const { statusCode, body } = await pools[sent++ % pools.length]!.request(request);
      await body.dump();
      statuses[statusCode] = (statuses[statusCode] ?? 0) + 1;
      latencies.push(performance.now() - due);
    } catch (error) {
      const reason = reasonOf(error);
      failures[reason] = (failures[reason] ?? 0) + 1;
    }
  };

  const cpu = process.cpuUsage();
  const started = performance.now();
  await (load.rate === undefined ? closedLoop(load, send) : openLoop(load, load.rate, send));
  const seconds = (performance.now() - started) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  await Promise.all(pools.map((pool) => pool.close()));
  return {
    answers: latencies.length,
    seconds,
    statuses,
    failures,
    latency: percentiles(latencies),
    cpu: (user + system) / 1_000,
  };
}

type Send = (request: LoadRequest, due: number) => Promise<void>;

async function closedLoop({ requests, connections, seconds }: Load, send: Send): Promise<void> {
  const end = seconds === undefined ? Infinity : performance.now() + seconds * 1_000;
  let next = 0;
  const take = () => (seconds === undefined ? requests[next++] : requests[next++ % requests.length]);
  await Promise.all(
    Array.from({ length: connections }, async () => {
      for (let request = take(); request && performance.now() < end; request = take())
        await send(request, performance.now());
    }),
  );
}

/** A timer's millisecond is too coarse for 500 a second: what is due since the last look is sent together. */
async function openLoop({ requests, seconds }: Load, rate: number, send: Send): Promise<void> {
  const count = seconds === undefined ? requests.length : Math.round(rate * seconds);
  const started = performance.now();
  const underWay: Promise<void>[] = [];
  for (let sent = 0; sent < count;) {
    const due = started + (sent * 1_000) / rate;
    const now = performance.now();
    if (due > now) {
      await delay(due - now);
      continue;
    }
    underWay.push(send(requests[sent % requests.length]!, due));
    sent += 1;
  }
  await Promise.all(underWay);
}
