/** A Redis of the benchmark's own, set up as the platform's: what the platform's costs is measured apart. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from '@medisupply/shared/lifecycle/free-port';

export interface OwnRedis {
  pid: number;
  port: number;
  close(): Promise<void>;
}

export async function startRedis(): Promise<OwnRedis> {
  const dir = await mkdtemp(join(tmpdir(), 'medisupply-bench-redis-'));
  const port = await freePort();
  const settings = `--bind 127.0.0.1 --port ${port} --dir ${dir} --appendonly yes --appendfsync everysec --maxmemory-policy noeviction`;
  const server = spawn('redis-server', [...settings.split(' '), '--save', ''], { stdio: 'ignore' });
  const redis = new Redis(port, '127.0.0.1', { retryStrategy: () => 20, maxRetriesPerRequest: 500 });
  redis.on('error', () => undefined);
  await redis.ping();
  redis.disconnect();
  return {
    pid: server.pid ?? 0,
    port,
    async close() {
      const ended = once(server, 'exit');
      server.kill('SIGTERM');
      await ended;
      await rm(dir, { recursive: true, force: true });
    },
  };
}
