import { expect, test } from 'vitest';
import { choosePorts, DEFAULT_PORTS } from '../../scripts/launcher/ports.ts';

test('when nothing is said, then the ports are those of the list', async () => {
  expect(await choosePorts({})).toEqual({ ...DEFAULT_PORTS, REDIS_PORT: undefined });
});

test('when WORKER_PORT is 0, then the worker gets a free port', async () => {
  const { WORKER_PORT, ...others } = await choosePorts({ WORKER_PORT: '0' });
  expect(WORKER_PORT).toBeGreaterThan(1_023);
  const { WORKER_PORT: _, ...rest } = DEFAULT_PORTS;
  expect(others).toEqual({ ...rest, REDIS_PORT: undefined });
});

test.each(['MONITOR_PORT', 'GATEWAY_PORT', 'REDIS_PORT'])('when %s is 0, then it is refused', async (key) => {
  await expect(choosePorts({ [key]: '0' })).rejects.toThrow(`${key}=0 no es un puerto`);
});
