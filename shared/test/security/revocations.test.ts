import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import {
  createRevocationList,
  publishRevocations,
  REVOCATIONS_KEY,
  signRevocation,
} from '../../src/security/revocations.ts';
import type { Revocation, RevocationList, RevocationListOptions } from '../../src/security/revocations.ts';
import { fixedKeySet } from '../../src/security/key-set.ts';
import { startRedis } from '../../src/testing/redis-server.ts';
import type { RedisServer } from '../../src/testing/redis-server.ts';
import { collectingLogger, newKeys } from './keys.ts';

const { tokenKey, jwks } = newKeys();
const keySet = fixedKeySet(jwks.keys);
const signed = (revocation: Revocation, key = tokenKey) => signRevocation(revocation, key);

let server: RedisServer;
let redis: Redis;
const lists: RevocationList[] = [];

beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    commandTimeout: 500,
    retryStrategy: () => 20,
  });
  redis.on('error', () => undefined);
  await vi.waitFor(() => redis.ping());
});

afterEach(async () => {
  for (const list of lists.splice(0)) list.close();
  await redis.flushall();
});

afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

function listOf(options: Partial<RevocationListOptions> = {}) {
  const logger = collectingLogger();
  const list = createRevocationList({
    redis,
    findTokenKey: keySet.findTokenKey,
    logger,
    pollMs: 60_000,
    ...options,
  });
  lists.push(list);
  return { list, logger };
}

test('when a version is published, then older tokens of that user are refused, and only those', async () => {
  const { list } = listOf();
  expect(list.isRevoked(7, 1)).toBe(false);
  await publishRevocations(redis, [signed({ usuario_id: 7, token_version: 2 })]);
  expect(await list.poll()).toBe(true);
  expect([list.isRevoked(7, 1), list.isRevoked(7, 2), list.isRevoked(7, 3), list.isRevoked(8, 1)]).toEqual([
    true,
    false,
    false,
    false,
  ]);
});

test('when it polls by itself, then a publication arrives without being asked for', async () => {
  const { list } = listOf({ pollMs: 10 });
  await publishRevocations(redis, [signed({ usuario_id: 7, token_version: 2 })]);
  await vi.waitFor(() => expect(list.isRevoked(7, 1)).toBe(true));
});

test('when an older publication comes after a newer one, then the newer one stands', async () => {
  const { list } = listOf();
  await publishRevocations(redis, [signed({ usuario_id: 7, token_version: 5 })]);
  await list.poll();
  await publishRevocations(redis, [signed({ usuario_id: 7, token_version: 3 })]);
  await list.poll();
  expect(list.isRevoked(7, 4)).toBe(true);
});

test('when 20 minutes have passed, then the entry is forgotten, in Redis and in memory', async () => {
  let now = Date.now();
  const { list } = listOf({ now: () => now });
  await publishRevocations(redis, [signed({ usuario_id: 7, token_version: 2 })], now);
  await list.poll();
  now += 20 * 60_000 + 1;
  await publishRevocations(redis, [signed({ usuario_id: 8, token_version: 2 })], now);
  await list.poll();
  expect([list.isRevoked(7, 1), list.isRevoked(8, 1)]).toEqual([false, true]);
  expect(await redis.zrange(REVOCATIONS_KEY, 0, -1)).toEqual([expect.stringMatching(/^8:2:/)]);
});

test('when somebody writes nonsense into the set, then it is passed over', async () => {
  const good = signed({ usuario_id: 7, token_version: 2 });
  await redis.zadd(REVOCATIONS_KEY, Date.now(), 'hola', Date.now(), '1:2:3', Date.now(), good);
  const { list } = listOf();
  await list.poll();
  expect(list.isRevoked(7, 1)).toBe(true);
});

test('when somebody forges a revocation, then nobody is shut out', async () => {
  const { list } = listOf();
  const [, , kid, signature] = signed({ usuario_id: 7, token_version: 2 }).split(':');
  const forged = [
    '7:2',
    '7:9007199254740992',
    `8:2:${kid}:${signature}`,
    `7:9:${kid}:${signature}`,
    `7:2:${kid}:${'A'.repeat(86)}`,
    signed({ usuario_id: 7, token_version: 2 }, newKeys().tokenKey),
  ];
  await redis.zadd(REVOCATIONS_KEY, ...forged.flatMap((member) => [Date.now(), member]));
  await list.poll();
  expect([list.isRevoked(7, 1), list.isRevoked(8, 1)]).toEqual([false, false]);
});

test('when a version was never issued, then it is refused, even signed', async () => {
  const { list } = listOf();
  await publishRevocations(redis, [signed({ usuario_id: 7, token_version: 2 ** 53 })]);
  await publishRevocations(redis, [signed({ usuario_id: 7, token_version: 1_000_001 })]);
  await list.poll();
  expect(list.isRevoked(7, 1)).toBe(false);
});

test('when the key that signed them is revoked, then they count no longer: a thief shuts nobody out for good', async () => {
  let isRevoked = false;
  const { list } = listOf({ findTokenKey: (kid) => (isRevoked ? undefined : keySet.findTokenKey(kid)) });
  await publishRevocations(redis, [signed({ usuario_id: 7, token_version: 900_000 })]);
  await list.poll();
  expect(list.isRevoked(7, 1)).toBe(true);
  isRevoked = true;
  await list.poll();
  expect(list.isRevoked(7, 1)).toBe(false);
});

test('when Redis loses everything, then what is known stays known', async () => {
  const { list } = listOf();
  await publishRevocations(redis, [signed({ usuario_id: 7, token_version: 2 })]);
  await list.poll();
  await redis.flushall();
  expect(await list.poll()).toBe(true);
  expect(list.isRevoked(7, 1)).toBe(true);
});

test('when Redis answers with an error, then one line is logged, and one when it is back', async () => {
  const { list, logger } = listOf();
  await list.poll();
  await redis.set(REVOCATIONS_KEY, 'not a sorted set');
  for (let i = 0; i < 3; i++) expect(await list.poll()).toBe(false);
  await redis.del(REVOCATIONS_KEY);
  expect(await list.poll()).toBe(true);
  expect(logger.lines.map((line) => line.level)).toEqual(['warn', 'info']);
});

test('when Redis is down, then nothing throws, nothing is logged, and what is known stays known', async () => {
  const { list, logger } = listOf();
  await publishRevocations(redis, [signed({ usuario_id: 7, token_version: 2 })]);
  await list.poll();
  await server.kill();
  await vi.waitFor(() => expect(redis.status).not.toBe('ready'));
  for (let i = 0; i < 3; i++) expect(await list.poll()).toBe(false);
  expect(list.isRevoked(7, 1)).toBe(true);
  await expect(publishRevocations(redis, [signed({ usuario_id: 9, token_version: 2 })])).rejects.toThrowError(
    Error,
  );
  await server.start();
  await vi.waitFor(async () => expect(await list.poll()).toBe(true), { timeout: 5_000 });
  // The connection itself reports outages, once.
  expect(logger.lines).toEqual([]);
});
