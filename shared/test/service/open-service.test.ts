import { expect, test } from 'vitest';
import { createLogger } from '@medisupply/shared/logging/logger';
import { openService } from '@medisupply/shared/service/open-service';
import type { Opening } from '@medisupply/shared/service/open-service';

const config = {
  LOG_LEVEL: 'info',
  LOG_FORMAT: 'json',
  DATA_DIR: '.',
  BIND_ADDRESS: '127.0.0.1',
  REDIS_URL: 'redis://127.0.0.1:1',
  secrets: { REDIS_PASSWORD: '' },
} as const;

const overrides = { logger: createLogger('prueba', { level: 'silent' }) };

function recorder() {
  const closed: string[] = [];
  const open = (opening: Opening, ...names: string[]) => {
    for (const name of names) opening.own({ close: () => Promise.resolve().then(() => closed.push(name)) });
  };
  return { closed, open };
}

test('when a container is closed, then what it opened is closed in reverse order, once', async () => {
  const { closed, open } = recorder();
  const container = await openService('prueba', config, overrides, (opening) => {
    open(opening, 'base', 'colas', 'clientes');
    return { propio: 1 };
  });
  expect(container).toMatchObject({ config, propio: 1, logger: overrides.logger });
  expect(container.isStopping()).toBe(false);
  expect(closed).toEqual([]);
  await container.close();
  await container.close();
  expect(closed).toEqual(['clientes', 'colas', 'base']);
});

test('when something cannot be opened, then what was open is closed and the reason is passed on', async () => {
  const { closed, open } = recorder();
  const opened = openService('prueba', config, overrides, (opening) => {
    open(opening, 'base', 'colas');
    throw new Error('no hay clientes');
  });
  await expect(opened).rejects.toThrow('no hay clientes');
  expect(closed).toEqual(['colas', 'base']);
});

test('when one thing cannot be closed, then the others are, and it is told', async () => {
  const { closed, open } = recorder();
  const container = await openService('prueba', config, overrides, (opening) => {
    open(opening, 'base');
    opening.onClose(() => Promise.reject(new Error('sigue ocupado')));
    open(opening, 'clientes');
    return {};
  });
  await expect(container.close()).rejects.toThrow('sigue ocupado');
  expect(closed).toEqual(['clientes', 'base']);
});
