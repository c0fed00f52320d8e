/** A Redis that sentinels watch over, real ones, while its master dies. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSentinels } from '@medisupply/shared/testing/redis-set';
import type { RedisSet } from '@medisupply/shared/testing/redis-set';
import type { Replicated } from './replicated.ts';
import { SLOWLY, startReplicated } from './replicated.ts';

const SLOW = 120_000;

let replicated: Replicated<RedisSet>;

beforeAll(async () => {
  replicated = await startReplicated(startSentinels, SLOWLY);
}, SLOW);
afterAll(() => replicated?.close(), SLOW);

test('when it is there, then every client works', { timeout: SLOW }, async () =>
  expect(await replicated.brokenClients()).toEqual([]),
);

test(
  'when the master dies during 1,000 confirmations with what its replicas never had, then one takes over; none is lost, none applied twice',
  { timeout: SLOW },
  async () => {
    const { set, worker } = replicated;
    const first = await set.master();
    await replicated.deliver(1_000, {
      // Not long before: one that heard nothing for ten seconds is not let take over.
      350: () => set.cutReplicas(),
      400: () => {
        first.process.kill('SIGKILL');
        worker.consumers.setConcurrency('logistica', 64);
      },
    });
    expect((await set.master()).port).not.toBe(first.port);
    expect(replicated.logged('Redis perdió trabajos; se envían de nuevo')).toBe(true);
  },
);

test('when another one has taken over, then every client works', { timeout: SLOW }, async () =>
  expect(await replicated.brokenClients()).toEqual([]),
);
