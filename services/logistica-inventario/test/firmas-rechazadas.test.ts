import { expect, test, vi } from 'vitest';
import type { Logger } from '@medisupply/shared/logging/logger';
import type { Container } from '../src/container.ts';
import { createFirmasRechazadas } from '../src/entregas/firmas-rechazadas.ts';

/** A database whose writes end when the test says so. */
function aDatabase() {
  const pending: PromiseWithResolvers<void>[] = [];
  const write = vi.fn<() => Promise<void>>(() => {
    const next = Promise.withResolvers<void>();
    pending.push(next);
    return next.promise;
  });
  return { pending, write, database: { unitOfWork: { write } } as unknown as Container['database'] };
}

test('when nothing can be written, then a hundred events wait, the rest is dropped, and the log says so once', async () => {
  const { pending, write, database } = aDatabase();
  const logger = { warn: vi.fn<Logger['warn']>() };
  const rechazadas = createFirmasRechazadas({ database, logger });
  const registrar = () => rechazadas.registrar(1, 7);
  for (let i = 0; i < 150; i++) registrar();
  expect(write).toHaveBeenCalledTimes(100);
  for (const { reject } of pending.splice(0)) reject(new Error('disk full'));
  await vi.waitFor(() => {
    registrar();
    expect(write.mock.calls.length).toBeGreaterThan(100);
  });
  expect(logger.warn).toHaveBeenCalledTimes(1);

  for (const { resolve } of pending.splice(0)) resolve();
  await vi.waitFor(() => {
    registrar();
    for (const { reject } of pending.splice(0)) reject(new Error('full again'));
    expect(logger.warn).toHaveBeenCalledTimes(2);
  });
});
