/** What each process may do in the platform's own Redis, and what it may not: with the users that set-up makes. */
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessList, asRedisUser, withoutLimits } from '@medisupply/shared/security/redis-users';
import { openRedis } from '@medisupply/shared/redis/connect';
import { REDIS_PASSWORD_READERS } from '@medisupply/shared/security/secret-layout';
import { ensureSecrets } from '@medisupply/shared/security/secrets';
import type { RedisServer } from '@medisupply/shared/testing/redis-server';
import { startRedis } from '@medisupply/shared/testing/redis-server';
import { ROOT } from '../launcher/launch.ts';

let secretsDir: string;
let server: RedisServer;
const clients = new Map<string, Redis>();

beforeAll(async () => {
  secretsDir = mkdtempSync(join(tmpdir(), 'medisupply-usuarios-'));
  ensureSecrets(secretsDir);
  server = await startRedis({ users: join(secretsDir, 'redis') });
  for (const folder of REDIS_PASSWORD_READERS) clients.set(folder, as(folder, passwordOf(folder)));
});
afterAll(async () => {
  for (const client of clients.values()) client.disconnect();
  await server.stop();
  rmSync(secretsDir, { recursive: true });
});

const passwordOf = (folder: string) =>
  readFileSync(join(secretsDir, folder, 'redis_password'), 'utf8').trim();

function as(folder: string | undefined, password: string): Redis {
  const REDIS_URL = folder ? asRedisUser(server.url, folder) : `redis://127.0.0.1:${server.port}`;
  const client = openRedis(
    { REDIS_URL, password },
    { retryStrategy: () => null, maxRetriesPerRequest: 0, lazyConnect: true },
  );
  return client.on('error', () => undefined);
}

/** Whether Redis lets that user do it: whatever else it answers, it was not for want of permission. */
async function may(folder: string, command: string): Promise<boolean> {
  const [name = '', ...args] = command.split(' ');
  try {
    await clients.get(folder)!.call(name, ...args.map((arg) => arg.replaceAll('_', ' ')));
    return true;
  } catch (error) {
    // From within a script it is said in other words, which differ from version to version.
    return !/NOPERM|ACL failure|user executing the script can't/.test(String(error));
  }
}

const PROCESSES = REDIS_PASSWORD_READERS.filter((folder) => folder !== 'redis');

describe.each(PROCESSES)('%s', (folder) => {
  test.each([
    'CONFIG GET maxmemory',
    'KEYS *',
    'SCAN 0',
    'FLUSHALL',
    'FLUSHDB',
    'SHUTDOWN NOSAVE',
    'ACL LIST',
    'ACL WHOAMI',
    'SCRIPT FLUSH',
    'FUNCTION LIST',
    'MONITOR',
    'BGREWRITEAOF',
    'REPLICAOF NO ONE',
    'CLIENT KILL TYPE pubsub',
    'SLOWLOG GET',
    'SAVE',
    'SWAPDB 0 1',
    'CLUSTER FAILOVER',
    'CLUSTER NODES',
    'ASKING',
    'MIGRATE 127.0.0.1 1 clave 0 1',
    'GET somebody',
    'SET somebody 1',
    'PUBLISH somebody 1',
    'SUBSCRIBE __keyspace@0__:*',
    'EVAL return_redis.call("KEYS","*") 0',
    'EVAL return_redis.call("GET","somebody") 0',
  ])('may not: %s', async (command) => expect(await may(folder, command)).toBe(false));

  test('cannot log in with the password of another one, or without a name', async () => {
    for (const other of [undefined, ...REDIS_PASSWORD_READERS.filter((name) => name !== folder)])
      await expect(as(other, passwordOf(folder)).ping()).rejects.toThrow(/WRONGPASS|NOAUTH|is closed/);
  });
});

test('a password that the address has is the one that is shown', async () => {
  const address = asRedisUser(server.url, 'worker').replace('@', `:${passwordOf('worker')}@`);
  const worker = openRedis({ REDIS_URL: address, password: 'otra' }, { retryStrategy: () => null });
  expect(await worker.ping()).toBe('PONG');
  worker.disconnect();
});

test('nobody but the operator may do everything', async () => {
  expect(await may('redis', 'CONFIG GET maxmemory')).toBe(true);
  expect(await may('redis', 'KEYS *')).toBe(true);
});

test('what was written in a transaction is still there after Redis was killed', async () => {
  const worker = clients.get('worker')!;
  await worker.multi().set('{medisupply}:logistica:multi', '1').incr('{medisupply}:logistica:n').exec();
  // The file is written every second.
  await expect.poll(async () => /aof_pending_bio_fsync:0/.test(await worker.info('persistence'))).toBe(true);
  await server.kill();
  await server.start();
  const again = as('worker', passwordOf('worker'));
  expect(await again.get('{medisupply}:logistica:multi')).toBe('1');
  again.disconnect();
  for (const folder of REDIS_PASSWORD_READERS) clients.set(folder, as(folder, passwordOf(folder)));
});

test('for a Redis before 7 the same users have their passwords and nothing that it could not read', () => {
  const users = withoutLimits(readFileSync(join(secretsDir, 'redis/usuarios.acl'), 'utf8'))
    .trim()
    .split('\n');
  expect(users).toHaveLength(REDIS_PASSWORD_READERS.length + 1);
  expect(users[0]).toBe('user default off resetpass ~* +@all');
  for (const line of users.slice(1)) expect(line).toMatch(/^user [a-z-]+ on #[0-9a-f]{64} ~\* \+@all$/);
});

test('a service that was added reads revocations, keeps counters of its own, and may nothing else', async () => {
  const line =
    accessList(['mi-servicio'], () => 'la-del-servicio')
      .trim()
      .split('\n')
      .at(-1) ?? '';
  const [, ...user] = line.match(/\([^)]*\)|\S+/g) ?? [];
  await clients.get('redis')!.call('ACL', 'SETUSER', ...user);
  clients.set('mi-servicio', as('mi-servicio', 'la-del-servicio'));
  expect(await may('mi-servicio', 'ZRANGE {medisupply}/revocations 0 -1')).toBe(true);
  expect(await may('mi-servicio', 'SET {medisupply}/mi-servicio:saludos:1 1')).toBe(true);
  for (const command of [
    'SET {medisupply}/login:1 1',
    'ZADD {medisupply}/revocations 1 x',
    'GET {medisupply}:a:1',
  ])
    expect(await may('mi-servicio', command)).toBe(false);
});

/** Who may: what is not named may not. */
const WHO: Record<string, readonly string[]> = {
  // Shutting people out, and seeing who is.
  'ZADD {medisupply}/revocations 1 7:1': ['autorizador'],
  'DEL {medisupply}/revocations': ['autorizador'],
  'ZRANGE {medisupply}/revocations 0 -1': ['autorizador', 'logistica-inventario', 'monitor', 'bull-board'],
  'ZCARD {medisupply}/revocations': [],
  // The queues.
  'HGETALL {medisupply}:logistica:1': ['logistica-inventario', 'monitor', 'bull-board', 'worker'],
  'HSET {medisupply}:logistica:1 data 1': ['logistica-inventario', 'bull-board', 'worker'],
  'EVAL return_redis.call("DEL",KEYS[1]) 1 {medisupply}:logistica:1': [
    'logistica-inventario',
    'bull-board',
    'worker',
  ],
  // Orders to workers, and their answers.
  'PUBLISH medisupply:control x': ['logistica-inventario', 'worker'],
  'PUBLISH medisupply:control:reply:1 x': ['worker'],
  // Who is a worker.
  'SET {medisupply}/worker:x 1 PX 1': ['worker'],
  'GET {medisupply}/worker:x': ['monitor', 'worker'],
  'ZADD {medisupply}/workers 1 x': ['worker'],
  'ZRANGE {medisupply}/workers 0 -1': ['monitor', 'worker'],
  // What is shown live.
  'XADD {medisupply}/eventos * e 1': ['logistica-inventario', 'worker'],
  'XRANGE {medisupply}/eventos - +': ['logistica-inventario', 'monitor', 'worker'],
  'SET {medisupply}/memoria 1': ['logistica-inventario', 'worker'],
  // Limits: whoever can delete a counter guesses without end.
  'DEL {medisupply}/login:cuenta:ana': ['autorizador'],
  'DEL {medisupply}/registro:127.0.0.1': ['autorizador'],
  'SET {medisupply}/confirmaciones:1 9': ['logistica-inventario'],
  'SET {medisupply}/entregas:1 9': ['logistica-inventario'],
  'CLIENT LIST': ['worker'],
};

test.each(Object.entries(WHO))('%s', async (command, allowed) => {
  const known = ['autorizador', 'logistica-inventario', 'monitor', 'bull-board', 'worker'];
  const found: string[] = [];
  for (const folder of known) if (await may(folder, command)) found.push(folder);
  expect(found).toEqual(known.filter((folder) => allowed.includes(folder)));
});

test('whatever the scripts of BullMQ call, whoever writes queues may', async () => {
  const scripts = globSync('node_modules/bullmq/dist/cjs/commands/**/*.lua', { cwd: ROOT });
  const called = new Set(
    scripts.flatMap((path) =>
      [
        ...readFileSync(join(ROOT, path), 'utf8').matchAll(/\b(?:rcall|redis\.p?call)\(\s*["'](\w+)["']/g),
      ].map(([, name = '']) => name.toLowerCase()),
    ),
  );
  expect(called.size).toBeGreaterThan(50);
  const operator = clients.get('redis')!;
  for (const folder of ['logistica-inventario', 'bull-board', 'worker'])
    for (const name of called)
      expect([
        folder,
        name,
        String(await operator.call('ACL', 'DRYRUN', folder, name, ...argumentsOf(name))),
      ]).toEqual([folder, name, 'OK']);
});

/** As many as the command asks for, of a key of the queues: DRYRUN counts them. */
const argumentsOf = (name: string): string[] =>
  name === 'time'
    ? []
    : name === 'xread'
      ? ['STREAMS', KEY, '0']
      : [KEY, ...ENOUGH.slice(0, MORE[name] ?? 1)];
const KEY = '{medisupply}:logistica:1';
const ENOUGH = [KEY, '0', '0', '0', '0'];
const MORE: Record<string, number> = {
  del: 0,
  exists: 0,
  get: 0,
  hgetall: 0,
  hlen: 0,
  incr: 0,
  llen: 0,
  lpop: 0,
  persist: 0,
  pttl: 0,
  rpop: 0,
  scard: 0,
  smembers: 0,
  type: 0,
  unlink: 0,
  xlen: 0,
  zcard: 0,
  zpopmin: 0,
  hincrby: 2,
  hmset: 2,
  hset: 2,
  lrange: 2,
  lrem: 2,
  lset: 2,
  ltrim: 2,
  xadd: 3,
  xrange: 2,
  xtrim: 2,
  zadd: 2,
  zcount: 2,
  zlexcount: 2,
  zrange: 2,
  zrangebylex: 2,
  zrangebyscore: 2,
  zremrangebyrank: 2,
  zremrangebyscore: 2,
  zrevrange: 2,
  zrevrangebyscore: 2,
  hincrbyfloat: 2,
  linsert: 3,
};
