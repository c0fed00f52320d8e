import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '@medisupply/shared/testing/until';
import type { Child } from '../child.ts';
import { startChild } from '../child.ts';
import { startRedis } from '../redis.ts';

export interface Naive {
  origin: string;
  pids: ReadonlyMap<string, number>;
  /** Resolves when so many have been applied in all. */
  applied(count: number): Promise<void>;
  close(): Promise<void>;
}

/** The way that loses confirmations, at work: what the guarantees cost is the distance to it. */
export async function startNaive(jwksFile: string, rows: number): Promise<Naive> {
  const dir = await mkdtemp(join(tmpdir(), 'medisupply-bench-naive-'));
  const redis = await startRedis();
  const server = await startChild('naive/server.ts', [String(redis.port), jwksFile]);
  const worker: Child = await startChild('naive/worker.ts', [
    String(redis.port),
    join(dir, 'naive.db'),
    String(rows),
  ]);
  const { port } = server.ready as { port: number };
  return {
    origin: `http://127.0.0.1:${port}`,
    pids: new Map([
      ['servicio', server.pid],
      ['trabajador', worker.pid],
      ['redis', redis.pid],
    ]),
    applied: (count) =>
      until(async () => (await worker.ask<{ applied: number }>('applied')).applied >= count, 60_000),
    async close() {
      await server.close();
      await worker.close();
      await redis.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
