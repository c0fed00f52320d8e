/** How a connection finds its Redis: by certificate, past nodes that are gone, and what it says when there is none. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '@medisupply/shared/lifecycle/free-port';
import { connectOnce } from '@medisupply/shared/redis/connect';
import type { RedisAddress } from '@medisupply/shared/redis/connect';
import type { RedisServer } from '@medisupply/shared/testing/redis-server';
import { startRedis } from '@medisupply/shared/testing/redis-server';
import { selfSigned } from '../../scripts/tls/self-signed.ts';

const PASSWORD = 'una contraseña';
const DEADLINE = 5_000;

let folder: string;
let server: RedisServer;
let tls: number;
let cluster: RedisServer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'medisupply-tls-'));
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const { authority, certificate, key } = await selfSigned(['127.0.0.1']);
  tls = await freePort();
  server = await startRedis({
    password: PASSWORD,
    args: Object.entries({
      'tls-port': String(tls),
      'tls-auth-clients': 'no',
      'tls-ca-cert-file': file('ca.pem', authority),
      'tls-cert-file': file('cert.pem', certificate),
      'tls-key-file': file('key.pem', key),
    }).flatMap(([name, value]) => [`--${name}`, value]),
  });
  cluster = await startRedis({
    password: PASSWORD,
    args: ['--cluster-enabled', 'yes', '--cluster-port', String(await freePort())],
  });
});
afterAll(async () => {
  await cluster.stop();
  await server.stop();
  rmSync(folder, { recursive: true });
});

const connect = (REDIS_URL: string, more: Partial<RedisAddress> = {}) =>
  connectOnce({ REDIS_URL, password: PASSWORD, ...more }, DEADLINE);

describe('TLS', () => {
  test('when the authority is known, then it connects', async () => {
    const redis = await connect(`rediss://127.0.0.1:${tls}`, { REDIS_CA_FILE: join(folder, 'ca.pem') });
    expect(await redis.ping()).toBe('PONG');
    redis.disconnect();
  });

  test('when the authority is not known, then it does not', async () => {
    await expect(connect(`rediss://127.0.0.1:${tls}`)).rejects.toThrow(/certificate/);
  });
});

describe('Cluster', () => {
  test('when no node serves the slot, then it says so', async () => {
    await expect(connect(`redis+cluster://127.0.0.1:${cluster.port}`)).rejects.toThrow(
      `CLUSTERDOWN 127.0.0.1:${cluster.port} no ve su Cluster entero`,
    );
  });

  test('when a node that is named is gone, then the next one is asked', async () => {
    await cluster.operator.call('CLUSTER', 'ADDSLOTSRANGE', 0, 16_383);
    await expect.poll(() => cluster.operator.cluster('INFO')).toContain('cluster_state:ok');
    const redis = await connect(`redis+cluster://127.0.0.1:1,127.0.0.1:${cluster.port}`);
    await redis.set('{medisupply}/prueba', 'x');
    expect(await redis.get('{medisupply}/prueba')).toBe('x');
    redis.disconnect();
  });

  test('when the password is wrong, then it says so', async () => {
    const wrong = connect(`redis+cluster://127.0.0.1:${cluster.port}`, { password: 'otra' });
    await expect(wrong).rejects.toThrow(/WRONGPASS/);
  });

  test('when it is one Redis without a Cluster, then it says so', async () => {
    await expect(connect(`redis+cluster://127.0.0.1:${server.port}`)).rejects.toThrow(
      /cluster support disabled/,
    );
  });
});

test.each([
  ['redis+cluster://127.0.0.1:1,127.0.0.1:2', /ECONNREFUSED/],
  ['redis+sentinel://127.0.0.1:1,127.0.0.1:2/mymaster', /All sentinels are unreachable/],
])('when nobody is at %s, then it says so', async (url, reason) => {
  await expect(connect(url)).rejects.toThrow(reason);
});
