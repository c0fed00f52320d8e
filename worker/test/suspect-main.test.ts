import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Envelope } from '@medisupply/shared/queueing/wire/envelope';
import { confirm } from '../../services/logistica-inventario/test/support.ts';
import type { Platform } from '../../tests/support/platform.ts';
import { startPlatform, until } from '../../tests/support/platform.ts';
import { createSuspectRunner } from '../src/suspects.ts';
import { jobOf, tareaOf } from './support.ts';

let platform: Platform;

beforeAll(async () => {
  platform = await startPlatform();
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await platform.close();
});

test('when a confirmation is suspected, then the program that runs it alone applies it', async () => {
  const { logger, queues } = platform.logistica.container;
  const { body } = await confirm(platform, 7);
  await until(async () => (await queues.queue('logistica').getWaitingCount()) === 1);
  const job = await jobOf(platform, 'logistica', body.task_id);
  for (const [name, value] of Object.entries(platform.env('worker'))) vi.stubEnv(name, value);
  const runSuspect = createSuspectRunner({
    program: join(import.meta.dirname, '../src/suspect-main.ts'),
    worker: 'prueba',
    silenceMs: 20_000,
    logger,
  });
  expect(await runSuspect(job.data as Envelope, new AbortController().signal)).toMatchObject({
    estado: 'ENTREGADA',
  });
  expect((await tareaOf(platform, body.task_id)).estado).toBe('SUCCESS');
});
