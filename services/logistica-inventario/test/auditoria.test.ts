import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Platform } from '../../../tests/support/platform.ts';
import { startPlatform } from '../../../tests/support/platform.ts';
import { call, createEntrega } from './support.ts';

const USER = 7;

let platform: Platform;
let as: string;
let admin: string;

beforeAll(async () => {
  platform = await startPlatform({ redis: false });
  as = platform.token({ id: USER });
  admin = platform.token({ id: 1, roles: ['Admin'] });
});

afterAll(() => platform.close());

/** The audit lines that `work` leaves. */
async function auditOf(work: () => Promise<unknown>): Promise<Record<string, unknown>[]> {
  const before = platform.logs.length;
  await work();
  return platform.logs
    .slice(before)
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ auditoria }) => auditoria === true)
    .map(({ accion, quien, sobre, cambios, desde }) => ({ accion, quien, sobre, cambios, desde }));
}

const desde = '127.0.0.1';

test('when a delivery is cancelled, then one line tells who did it and from where; a refusal leaves none', async () => {
  const id = await createEntrega(platform, USER);
  const cancel = (token: string) => call(platform, 'POST', `/entregas/${id}/cancelar`, { as: token });
  expect(await auditOf(() => cancel(platform.token({ id: 8, roles: ['usuario'] })))).toEqual(
    // Whoever may see it and is not its creator is refused.
    [],
  );
  expect(await auditOf(() => cancel(as))).toEqual([
    { accion: 'entrega.cancelar', quien: 'usuario:7', sobre: { id: String(id) }, desde },
  ]);
});

test('when a task is cancelled, then one line tells it', async () => {
  const { body } = await call(platform, 'POST', '/tareas', { as: admin, body: { tipo: 'ping_logistica' } });
  const task_id: string = body.task_id;
  expect(await auditOf(() => call(platform, 'DELETE', `/tareas/${task_id}`, { as: admin }))).toEqual([
    { accion: 'tarea.cancelar', quien: 'usuario:1', sobre: { task_id }, desde },
  ]);
});

test('when stock is adjusted, then one line tells how much, and nothing of its reason', async () => {
  const product = { sku: 'AUD', nombre: 'x', stock: 5 };
  const { body } = await call(platform, 'POST', '/inventario', { as: admin, body: product });
  const adjust = () =>
    call(platform, 'POST', `/inventario/${body.id}/ajustes`, {
      as: admin,
      body: { cantidad: -2, motivo: 'Rotura de Ana' },
    });
  expect(await auditOf(adjust)).toEqual([
    {
      accion: 'inventario.ajustar',
      quien: 'usuario:1',
      sobre: { id: String(body.id) },
      cambios: { cantidad: -2 },
      desde,
    },
  ]);
});
