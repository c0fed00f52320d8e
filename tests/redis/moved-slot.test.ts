/** A Redis Cluster that gives the platform's slot to another master while it works. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startCluster } from '@medisupply/shared/testing/redis-set';
import type { RedisCluster } from '@medisupply/shared/testing/redis-set';
import type { Replicated } from './replicated.ts';
import { SLOWLY, startReplicated } from './replicated.ts';

const SLOW = 120_000;

let replicated: Replicated<RedisCluster>;

beforeAll(async () => {
  replicated = await startReplicated(startCluster, SLOWLY);
}, SLOW);
afterAll(() => replicated?.close(), SLOW);

test(
  'when its slot moves during 300 confirmations, then all are applied at the other master, once',
  { timeout: SLOW },
  async () => {
    const { set } = replicated;
    const first = await set.master();
    await replicated.deliver(300, {
      150: async () => {
        await set.moveSlot();
        replicated.worker.consumers.setConcurrency('logistica', 64);
      },
    });
    expect((await set.master()).port).not.toBe(first.port);
    expect(await replicated.brokenClients()).toEqual([]);
  },
);
