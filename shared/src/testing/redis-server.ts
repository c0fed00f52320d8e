import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { freePort } from '../lifecycle/free-port.ts';
import { asRedisUser } from '../security/redis-users.ts';
import { openRedis } from '../redis/connect.ts';
import type { RedisAddress } from '../redis/connect.ts';

/** A private redis-server on a free loopback port, with its data in a temporary folder. */
export interface RedisServer {
  url: string;
  port: number;
  /** Who may do everything there. */
  operator: Redis;
  /** Ends it at once, as a crash would; `start` brings it back on the same port with what its file holds. */
  kill(): Promise<void>;
  /** Starts it again after `kill` or `pause`. */
  start(): Promise<void>;
  /** Stops answering while connections stay open (SIGSTOP); `resume` undoes it. */
  pause(): void;
  resume(): void;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

const START_DEADLINE_MS = 30_000;

/**
 * @param options.args further redis-server arguments, such as `['--maxmemory', '4mb']`
 * @param options.users the folder `redis` of the secrets: one user for each process; the address is the operator's
 */
export async function startRedis(
  options: { args?: readonly string[]; password?: string; users?: string } = {},
): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'medisupply-redis-'));
  const port = await freePort();
  const { users } = options;
  const url = users ? asRedisUser(`redis://127.0.0.1:${port}`, 'redis') : `redis://127.0.0.1:${port}`;
  const password = users
    ? (await readFile(join(users, 'redis_password'), 'utf8')).trim()
    : (options.password ?? '');
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    const settings: Record<string, string> = {
      port: String(port),
      dir: folder,
      ...(users ? { aclfile: join(users, 'usuarios.acl') } : {}),
      ...(options.password ? { requirepass: options.password } : {}),
    };
    child = await spawnRedis(settings, { REDIS_URL: url, password }, options.args);
  }

  async function kill(): Promise<void> {
    const running = child;
    child = undefined;
    if (running) await killRedis(running);
  }

  await start();
  const operator = openRedis(
    { REDIS_URL: url, password },
    { maxRetriesPerRequest: 1, commandTimeout: 5_000, retryStrategy: () => 50 },
  );
  operator.on('error', () => undefined);
  return {
    operator,
    url,
    port,
    start,
    kill,
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
    async stop() {
      operator.disconnect();
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A redis-server with files as the platform's own, once it answers. */
export async function spawnRedis(
  settings: Readonly<Record<string, string>>,
  address: RedisAddress,
  args: readonly string[] = [],
): Promise<ChildProcess> {
  const all = {
    bind: '127.0.0.1',
    appendonly: 'yes',
    appendfsync: 'everysec',
    save: '',
    'maxmemory-policy': 'noeviction',
    ...settings,
  };
  const given = Object.entries(all).flatMap(([name, value]) => [`--${name}`, value]);
  const child = spawn('redis-server', [...given, ...args], { stdio: 'ignore' });
  await answering(address, child);
  return child;
}

export async function killRedis(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

async function answering(address: RedisAddress, child: ChildProcess): Promise<void> {
  const redis = openRedis(address, { retryStrategy: () => 20, maxRetriesPerRequest: null });
  redis.on('error', () => undefined);
  let timer: NodeJS.Timeout | undefined;
  try {
    await Promise.race([
      redis.ping(),
      once(child, 'exit').then(([code]) =>
        Promise.reject(new Error(`redis-server ended with ${String(code)}`)),
      ),
      once(child, 'error').then(([error]) => Promise.reject(error)),
      new Promise((_resolve, reject) => {
        timer = setTimeout(() => reject(new Error('redis-server does not answer')), START_DEADLINE_MS);
      }),
    ]);
  } finally {
    clearTimeout(timer);
    redis.disconnect();
  }
}
