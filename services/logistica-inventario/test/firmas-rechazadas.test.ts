import Database from 'better-sqlite3';
import { Registry } from 'prom-client';
import { expect, test, vi } from 'vitest';
import { kyselyOver } from '@medisupply/shared/db/sqlite/connection';
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
  const rechazadas = createFirmasRechazadas({ database, logger, registry: new Registry() });
  let user = 0;
  const registrar = () => rechazadas.registrar(1, ++user);
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

test('when one user forges again and again, then a row has the first and one the rest of the minute, by user', async () => {
  vi.useFakeTimers();
  const handle = new Database(':memory:');
  handle.exec(
    'create table evento (id integer primary key, momento integer, tipo text, task_id text, entrega_id integer, datos text)',
  );
  const tx = kyselyOver(handle);
  const unitOfWork = { write: (work: (of: unknown) => Promise<void>) => work(tx) };
  const registry = new Registry();
  const rechazadas = createFirmasRechazadas({
    database: { unitOfWork } as unknown as Container['database'],
    logger: { warn: vi.fn<Logger['warn']>() },
    registry,
  });
  for (let i = 0; i < 500; i++) rechazadas.registrar(i, 7);
  rechazadas.registrar(1, 8);
  await vi.advanceTimersByTimeAsync(60_000);
  rechazadas.registrar(2, 7);
  rechazadas.registrar(3, 7);
  await rechazadas.close();
  vi.useRealTimers();
  const written = handle.prepare('select entrega_id, datos from evento order by id').all();
  await tx.destroy();
  expect(
    (written as { entrega_id: number | null; datos: string }[]).map(({ entrega_id, datos }) => [
      entrega_id,
      JSON.parse(datos),
    ]),
  ).toEqual([
    [0, { usuario_id: 7 }],
    [1, { usuario_id: 8 }],
    [null, { usuario_id: 7, cantidad: 499 }],
    [2, { usuario_id: 7 }],
    [null, { usuario_id: 7, cantidad: 1 }],
  ]);
  expect(await registry.metrics()).toContain('medisupply_refused_signatures_total 503');
});
