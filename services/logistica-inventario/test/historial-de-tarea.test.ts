import { afterAll, beforeAll, expect, test } from 'vitest';
import { insertEventos } from '@medisupply/shared/queueing/store/eventos';
import type { Platform } from '../../../tests/support/platform.ts';
import { startPlatform } from '../../../tests/support/platform.ts';
import { call, confirm } from './support.ts';

let platform: Platform;

beforeAll(async () => {
  platform = await startPlatform({ redis: false });
});

afterAll(() => platform.close());

test('when a task has a long history, then its newest 500 events are shown, the oldest of them first', async () => {
  const { body } = await confirm(platform, 7);
  const { task_id } = body;
  const events = Array.from({ length: 600 }, (_, n) => ({
    tipo: 'reintento' as const,
    momento: n,
    task_id,
    datos: { n },
  }));
  await platform.logistica.container.database.unitOfWork.write((tx) => insertEventos(tx, events));

  const answer = await call(platform, 'GET', `/tarea/${task_id}`, { as: platform.token({ id: 7 }) });
  const shown = answer.body.historial.map((event: { datos?: { n: number } }) => event.datos?.n);
  expect(shown).toEqual(Array.from({ length: 500 }, (_, index) => index + 100));
});
