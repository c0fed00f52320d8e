import { expect, test } from 'vitest';
import { DEFAULT_PORTS } from '../../scripts/launcher/ports.ts';
import { processSpecs } from '../../scripts/launcher/processes.ts';

const specs = (env: NodeJS.ProcessEnv, host = '127.0.0.1') =>
  new Map(
    processSpecs({
      root: '/app',
      dataDir: '/data',
      ports: DEFAULT_PORTS,
      redisUrl: () => 'redis://127.0.0.1:6379',
      host,
      logFormat: 'json',
      env,
    }).map(({ name, env: own }) => [name, own]),
  );

const PROXIES = ['front-door', 'bull-board'];
const BEHIND = ['autorizador', 'logistica-inventario', 'monitor'];

test('when nothing is set, then services believe the address of front door and board, and others believe nobody', () => {
  const started = specs({});
  for (const name of PROXIES) expect(started.get(name)?.['PROXY_SOURCE_ADDRESS']).toBe('127.0.0.80');
  for (const name of BEHIND) expect(started.get(name)?.['TRUST_PROXY']).toBe('127.0.0.80');
  for (const name of ['bull-board', 'worker']) expect(started.get(name)?.['TRUST_PROXY']).toBeUndefined();
});

test('when the operator has a proxy in front of Bull Board, then the services go on believing the front door', () => {
  const started = specs({ TRUST_PROXY: '10.1.2.3' });
  expect(started.get('bull-board')?.['TRUST_PROXY']).toBe('10.1.2.3');
  for (const name of BEHIND) expect(started.get(name)?.['TRUST_PROXY']).toBe('127.0.0.80,10.1.2.3');
});

test('when the processes reach each other under another address, then calls come from it', () => {
  const started = specs({}, '192.168.1.5');
  expect(started.get('front-door')?.['PROXY_SOURCE_ADDRESS']).toBeUndefined();
  expect(started.get('autorizador')?.['TRUST_PROXY']).toBe('192.168.1.5');
});
