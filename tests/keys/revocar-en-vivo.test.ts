/** Those who hold a stream of events open, and what is shown there, while keys are revoked. */
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createHeartbeat } from '@medisupply/shared/queueing/control/heartbeat';
import { revokeQueueKey, revokeServiceKey, revokeTokenKeys } from '@medisupply/shared/security/revoke-keys';
import type { DataDir } from '@medisupply/shared/testing/data-dir';
import { createDataDir } from '@medisupply/shared/testing/data-dir';
import type { RedisServer } from '@medisupply/shared/testing/redis-server';
import { startRedis } from '@medisupply/shared/testing/redis-server';
import { openSseClient } from '@medisupply/shared/testing/sse-client';
import type { Monitor } from '../../services/monitor/test/support.ts';
import { connected, silent, startMonitor, workerState } from '../../services/monitor/test/support.ts';

let data: DataDir;
let redis: RedisServer;
let monitor: Monitor;

beforeEach(async () => {
  data = await createDataDir();
  redis = await startRedis({ users: data.secrets('redis') });
  monitor = await startMonitor(data, { REDIS_URL: redis.url });
  await connected(monitor);
});
afterEach(async () => {
  await monitor.close();
  await redis.stop();
  await data.remove();
});

const secretsDir = () => join(data.path, 'secrets');

test('when the token keys are revoked, then streams that were opened with an old token end', async () => {
  const client = await openSseClient(`${monitor.url}/monitor/eventos`, {
    authorization: `Bearer ${data.token()}`,
  });
  await client.received(({ name }) => name === 'redis');
  revokeTokenKeys(secretsDir());
  await client.received(({ name }) => name === 'fin');
  expect((await monitor.get('/monitor/workers')).status).toBe(401);
  client.close();
});

test('when the key of a service is revoked, then streams end, and its old key opens no new one', async () => {
  const headers = { 'i-api-key': await data.serviceKey('operator') };
  const client = await openSseClient(`${monitor.url}/monitor/eventos`, headers);
  await client.received(({ name }) => name === 'redis');
  revokeServiceKey(secretsDir(), 'operator');
  await client.received(({ name }) => name === 'fin');
  expect((await monitor.get('/monitor/workers', headers)).status).toBe(401);
  client.close();
});

test('when the queue key is revoked, then a worker that follows is shown, and one that signs with the old live key is not', async () => {
  const liveKey = () => readFileSync(join(secretsDir(), 'worker/live_key'), 'utf8').trim();
  const stolen = liveKey();
  const beat = (id: string, key: () => string) =>
    createHeartbeat({
      redis: redis.operator,
      liveKey: key,
      logger: silent(),
      snapshot: () => workerState({ id }),
      beatMs: 50,
    });
  const heartbeats = [beat('bueno', liveKey), beat('ladrón', () => stolen)];
  for (const heartbeat of heartbeats) heartbeat.start();
  const shown = async () =>
    ((await monitor.get('/monitor/workers')).body as { workers: { id: string }[] }).workers.map(
      ({ id }) => id,
    );
  await expect.poll(shown).toEqual(['bueno', 'ladrón']);
  revokeQueueKey(secretsDir());
  await expect.poll(shown).toEqual(['bueno']);
  await Promise.all(heartbeats.map((heartbeat) => heartbeat.stop()));
});
