/** A master that does not answer and closes nothing, as one whose host lost its current. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSentinels } from '@medisupply/shared/testing/redis-set';
import type { RedisSet } from '@medisupply/shared/testing/redis-set';
import type { Replicated } from './replicated.ts';
import { startReplicated } from './replicated.ts';

const SLOW = 120_000;

let replicated: Replicated<RedisSet>;

beforeAll(async () => {
  replicated = await startReplicated(startSentinels);
}, SLOW);
afterAll(() => replicated?.close(), SLOW);

test(
  'when the master falls silent during 300 confirmations, then its clients leave it for the one that took over',
  { timeout: SLOW },
  async () => {
    const { set } = replicated;
    const first = await set.master();
    await replicated.deliver(300, { 100: () => first.process.kill('SIGSTOP') });
    expect((await set.master()).port).not.toBe(first.port);
    expect(await replicated.brokenClients()).toEqual([]);
  },
);
