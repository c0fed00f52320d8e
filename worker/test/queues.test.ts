import { afterAll, beforeAll, expect, test } from 'vitest';
import { ConfigError } from '@medisupply/shared/config/load-config';
import { defineTask } from '@medisupply/shared/tasks/define-task';
import { validarInventario } from '@medisupply/shared/tasks/logistica';
import { pingLogistica } from '@medisupply/shared/tasks/monitor';
import { QUEUES, taskRegistry } from '@medisupply/shared/tasks/registry';
import type { Platform } from '../../tests/support/platform.ts';
import { startPlatform, until } from '../../tests/support/platform.ts';
import { readConfig } from '../src/config.ts';
import { isWedged } from '../src/watchdog.ts';
import { accept, startControlled, tareaOf } from './support.ts';

let platform: Platform;

beforeAll(async () => {
  platform = await startPlatform();
});

afterAll(() => platform.close());

test('when queues are looked up, then there is the default one and each that a task declares', () => {
  expect(QUEUES).toEqual(['default', 'logistica', 'monitor']);
  expect(new Set(taskRegistry.map(({ queue }) => queue))).toEqual(new Set(['logistica', 'monitor']));
});

test('when a task declares a queue that cannot be, then it is refused with its name', () => {
  const declare = (queue: string) => defineTask({ ...pingLogistica, queue });
  for (const queue of ['', 'Mi_Servicio', 'a:b', '9', 'a,b', 'a'.repeat(33)]) {
    expect(() => declare(queue)).toThrow('monitor.ping_logistica: «');
  }
  expect(declare('mi_servicio').queue).toBe('mi_servicio');
});

test('when a worker is given queues, then they are read as a list, and one that does not exist is refused', () => {
  const queuesOf = (WORKER_QUEUES?: string) =>
    readConfig({ ...platform.env('worker'), WORKER_QUEUES }).WORKER_QUEUES;
  expect(queuesOf()).toEqual(QUEUES);
  expect(queuesOf('')).toEqual(QUEUES);
  expect(queuesOf(' monitor , logistica,monitor,')).toEqual(['monitor', 'logistica']);
  expect(() => queuesOf('monitor,nada')).toThrow(ConfigError);
  expect(() => queuesOf('monitor,nada')).toThrow(
    /WORKER_QUEUES: .*las hay: default, logistica, monitor \("monitor,nada"\)/,
  );
});

test('when a worker is given one queue, then it leaves the others alone, and does not take itself for wedged', async () => {
  const worker = await startControlled(platform, { WORKER_QUEUES: 'monitor' });
  try {
    const { queues } = platform.logistica.container;
    const theirs = await accept(platform, validarInventario, { producto_id: 1, cantidad: 1 });
    const ours = await accept(platform, pingLogistica);
    await until(async () => (await tareaOf(platform, ours)).estado === 'SUCCESS');
    await until(async () => (await queues.queue('logistica').getWaitingCount()) > 0);
    expect((await tareaOf(platform, theirs)).estado).toBe('PENDING');
    expect(worker.consumers.state(false).queues).toEqual(['monitor']);
    expect(worker.consumers.slots().map(({ queue }) => queue)).toEqual(['monitor']);
    expect([await isWedged(queues), await isWedged(queues, ['monitor'])]).toEqual([true, false]);
  } finally {
    await worker.close();
  }
});
