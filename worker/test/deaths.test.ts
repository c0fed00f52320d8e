import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Queue, Worker } from 'bullmq';
import type { Job } from 'bullmq';
import { expect, test } from 'vitest';
import { createLogger } from '@medisupply/shared/logging/logger';
import { connectForBlocking } from '@medisupply/shared/redis/connect';
import { startRedis } from '@medisupply/shared/testing/redis-server';
import { deathsOf } from '../src/run-job.ts';

const logger = createLogger('prueba', { level: 'silent' });

test(
  'when workers die under a job and a run throws, then only the deaths are counted as deaths',
  { timeout: 60_000 },
  async () => {
    const redis = await startRedis();
    const folder = mkdtempSync(join(tmpdir(), 'medisupply-deaths-'));
    const connection = connectForBlocking({ REDIS_URL: redis.url, password: '' }, logger);
    const queue = new Queue('muertes', { connection });
    await queue.add('tarea', {}, { jobId: 'una', attempts: 5 });

    const mortal = join(folder, 'mortal.ts');
    writeFileSync(
      mortal,
      `import { Worker } from ${JSON.stringify(import.meta.resolve('bullmq'))};
     import { Redis } from ${JSON.stringify(import.meta.resolve('ioredis'))};
     new Worker('muertes', () => process.kill(process.pid, 'SIGKILL'), {
       connection: new Redis(${JSON.stringify(redis.url)}, { maxRetriesPerRequest: null }),
       lockDuration: 500, stalledInterval: 300, maxStalledCount: 1000 });`,
    );
    for (let death = 0; death < 2; death++) await once(fork(mortal), 'exit');

    const counted: number[] = [];
    const run = (job: Job) => {
      counted.push(deathsOf(job));
      return counted.length === 1
        ? Promise.reject(new Error('un fallo no es una muerte'))
        : Promise.resolve('hecho');
    };
    const worker = new Worker('muertes', run, {
      connection: connection.duplicate(),
      lockDuration: 500,
      stalledInterval: 300,
      maxStalledCount: 1000,
    });
    await new Promise((resolve) => worker.once('completed', resolve));
    expect(counted).toEqual([2, 2]);

    await worker.close();
    await queue.close();
    connection.disconnect();
    await redis.stop();
    rmSync(folder, { recursive: true });
  },
);
