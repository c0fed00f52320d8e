import { afterAll, beforeAll, expect, test } from 'vitest';
import { pingLogistica } from '@medisupply/shared/tasks/monitor';
import type { Platform } from '../../tests/support/platform.ts';
import { startPlatform, until } from '../../tests/support/platform.ts';
import { isWedged } from '../src/watchdog.ts';
import { accept } from './support.ts';
import { QUEUES } from '@medisupply/shared/contracts/vocabulary';

let platform: Platform;

beforeAll(async () => {
  platform = await startPlatform();
});

afterAll(() => platform.close());

test('when jobs wait and nobody takes them, then the workers are wedged, unless the queue was paused', async () => {
  const { queues } = platform.logistica.container;
  await accept(platform, pingLogistica);
  await until(async () => (await queues.queue('monitor').getWaitingCount()) > 0);
  expect(await isWedged(queues)).toBe(true);
  // Periodic tasks may wait in the other queues.
  await Promise.all(QUEUES.map((name) => queues.queue(name).pause()));
  expect(await isWedged(queues)).toBe(false);
  await queues.queue('monitor').resume();
  expect(await isWedged(queues)).toBe(true);
});
