import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fillDatabase } from '../../bench/growth/fill.ts';
import { databaseOf } from '../../bench/rows.ts';
import type { Platform } from '../support/platform.ts';
import { startPlatform, until } from '../support/platform.ts';

const USER = 7;
let platform: Platform;

beforeAll(async () => {
  platform = await startPlatform({ worker: true });
});
afterAll(() => platform.close());

test('when the database is filled, then each copy is a delivery with its history, task and events', async () => {
  const headers = {
    authorization: `Bearer ${platform.token({ id: USER })}`,
    'content-type': 'application/json',
  };
  const call = async (path: string, body?: unknown) => {
    const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const answer = await fetch(platform.logistica.url + path, { headers, ...sent });
    return (await answer.json()) as Record<string, unknown>;
  };
  const fields = { direccion: 'Calle 1 # 2-3', pedido_id: 'PED-1' };
  const { id } = await call('/entregas', { ...fields, estado: 'EN_CAMINO' });
  const data = { ...fields, nombre_recibe: 'Ana', firma_recibe: '<svg/>' };
  const firma_payload = await platform.sign({ ...data, entrega_id: Number(id), usuario_id: USER });
  await call(`/entrega/${Number(id)}/confirmar`, { ...data, firma_payload });
  await until(async () => (await call(`/entrega/${Number(id)}`))['estado'] === 'ENTREGADA');

  const file = databaseOf(platform.dataDir);
  const db = new Database(file, { readonly: true });
  const counts = () =>
    ['entrega', 'entrega_historial', 'tarea', 'confirmacion'].map((table) =>
      db
        .prepare(`select count(*) from ${table} where ${table === 'entrega' ? 'id' : 'entrega_id'} > 0`)
        .pluck()
        .get(),
    ) as number[];
  const before = counts();
  const bytes = await fillDatabase(file, 2_500);
  expect(counts()).toEqual(before.map((count) => count * 2_501));
  expect(db.pragma('foreign_key_check')).toEqual([]);
  db.close();
  expect(bytes).toBeGreaterThan(500);
  expect(await call('/entregas?limite=2')).toMatchObject([
    { id: Number(id) + 2_500, estado: 'ENTREGADA' },
    { id: Number(id) + 2_499 },
  ]);
});
