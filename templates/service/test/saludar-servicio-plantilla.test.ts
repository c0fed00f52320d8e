import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { TaskRun } from '@medisupply/shared/queueing/handler';
import createTaskContext from '../src/tasks/context.ts';
import type { ServicioPlantillaTaskContext } from '../src/tasks/context.ts';
import saludar from '../src/tasks/saludar-servicio-plantilla.task.ts';
import { silent } from './support.ts';

let dataDir: string;
let opened: { context: ServicioPlantillaTaskContext; close(): Promise<void> };

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'medisupply-servicio-plantilla-'));
  opened = await createTaskContext({ env: { DATA_DIR: dataDir } });
});

afterEach(async () => {
  await opened.close();
  await rm(dataDir, { recursive: true });
});

const run: TaskRun = {
  task_id: '0192f0c1-7d5e-7abc-8def-0123456789ab',
  intento: 0,
  started: 0,
  signal: new AbortController().signal,
  logger: silent(),
  progress: () => Promise.resolve(),
  worker: 'w',
  settled: false,
};

test('when it runs twice, then there is one greeting, and both runs answer with it', async () => {
  const { context } = opened;
  const params = { nombre: 'Lucía' };
  const first = await saludar.handle(params, run, context);
  expect(first).toEqual({ id: 1, texto: 'Hola, Lucía' });
  expect(await saludar.handle(params, { ...run, intento: 1 }, context)).toEqual(first);
  expect(await context.database.read.selectFrom('saludo').selectAll().execute()).toEqual([
    { id: 1, task_id: run.task_id, nombre: 'Lucía', texto: 'Hola, Lucía', creado: expect.any(Number) },
  ]);
});
