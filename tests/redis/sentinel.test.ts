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
    expect(await replicated.outliveMaster()).toEqual({ isAnother: true, missedJobs: true });
  },
);

test('when another one has taken over, then every client works', { timeout: SLOW }, async () =>
  expect(await replicated.brokenClients()).toEqual([]),
);
