/** A Redis Cluster, a real one, while the master dies that has the platform's slot. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startCluster } from '@medisupply/shared/testing/redis-set';
import type { RedisCluster } from '@medisupply/shared/testing/redis-set';
import { REDIS_OPERATOR } from '@medisupply/shared/security/redis-users';
import type { Replicated } from './replicated.ts';
import { SLOWLY, startReplicated } from './replicated.ts';

const SLOW = 120_000;

let replicated: Replicated<RedisCluster>;

beforeAll(async () => {
  replicated = await startReplicated(startCluster, SLOWLY);
}, SLOW);
afterAll(() => replicated?.close(), SLOW);

test('when it is there, then every client works', { timeout: SLOW }, async () =>
  expect(await replicated.brokenClients()).toEqual([]),
);

test('when it is there, then all keys and clients are at the master of one slot, and its clock is asked', async () => {
  const { set } = replicated;
  const { nodes } = set;
  const owner = await set.master();
  const roles = await Promise.all(nodes.map(({ operator }) => operator.info('replication')));
  const others = nodes.filter((node, n) => node !== owner && roles[n]!.includes('role:master'));
  expect(others).toHaveLength(2);
  for (const { operator } of others) {
    expect(await operator.dbsize()).toBe(0);
    expect(await operator.info('commandstats')).not.toContain('cmdstat_time:');
    const users = String(await operator.client('LIST')).match(/(?<= user=)\S+/g) ?? [];
    expect(new Set(users)).toEqual(new Set([REDIS_OPERATOR]));
  }
  expect(await owner.operator.info('commandstats')).toContain('cmdstat_time:');
});

test(
  'when the master dies during 1,000 confirmations with what its replica never had, then that one takes over; none is lost, none applied twice',
  { timeout: SLOW },
  async () => {
    expect(await replicated.outliveMaster()).toEqual({ isAnother: true, missedJobs: true });
    expect(await replicated.brokenClients()).toEqual([]);
  },
);
