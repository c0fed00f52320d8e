import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { migrate } from '@medisupply/shared/db/sqlite/migrate';
import { migrations } from '../src/database.ts';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'medisupply-migraciones-'));
  file = join(folder, 'logistica.db');
});

afterEach(() => rmSync(folder, { recursive: true }));

test('when cancelled deliveries of an older version hold stock, then it is released and nothing else is touched', async () => {
  await migrate(file, {
    '001-inicial': migrations['001-inicial'],
    '002-inventario': migrations['002-inventario'],
  });
  const before = new Database(file);
  before.exec(`
    insert into producto (id, sku, nombre, stock, reservado, creado, actualizado) values
      (1, 'A', 'A', 10, 9, 0, 0), (2, 'B', 'B', 5, 5, 0, 0), (3, 'C', 'C', 5, 1, 0, 0);
    insert into entrega (id, direccion, pedido_id, estado, creada_por, creada, actualizada) values
      (1, 'x', 'P', 'CANCELADA', 'usuario:7', 0, 0), (2, 'x', 'P', 'CANCELADA', 'usuario:7', 0, 0),
      (3, 'x', 'P', 'EN_CAMINO', 'usuario:7', 0, 0), (4, 'x', 'P', 'ENTREGADA', 'usuario:7', 0, 0);
    insert into entrega_item (entrega_id, producto_id, cantidad, estado) values
      (1, 1, 3, 'RESERVADO'), (1, 2, 5, 'RESERVADO'), (2, 1, 4, 'RESERVADO'), (2, 3, 1, 'LIBERADO'),
      (3, 1, 2, 'RESERVADO'), (3, 3, 1, 'RESERVADO'), (4, 3, 2, 'DEBITADO');`);
  before.close();
  await migrate(file, migrations);
  const after = new Database(file);
  expect(after.prepare('select id, stock, reservado, actualizado > 0 as tocado from producto').all()).toEqual(
    [
      { id: 1, stock: 10, reservado: 2, tocado: 1 },
      { id: 2, stock: 5, reservado: 0, tocado: 1 },
      { id: 3, stock: 5, reservado: 1, tocado: 0 },
    ],
  );
  expect(after.prepare('select entrega_id, producto_id, estado from entrega_item').raw().all()).toEqual([
    [1, 1, 'LIBERADO'],
    [1, 2, 'LIBERADO'],
    [2, 1, 'LIBERADO'],
    [2, 3, 'LIBERADO'],
    [3, 1, 'RESERVADO'],
    [3, 3, 'RESERVADO'],
    [4, 3, 'DEBITADO'],
  ]);
  after.close();
});

test('when deliveries of an older version hold stock, then it is known of whom, and nothing is of others', async () => {
  const { '050-reservas-por-usuario': reservas } = migrations;
  const before050 = Object.fromEntries(Object.entries(migrations).filter(([name]) => name < '050'));
  await migrate(file, before050);
  const before = new Database(file);
  before.exec(`
    insert into producto (id, sku, nombre, stock, reservado, creado, actualizado) values (1, 'A', 'A', 10, 5, 0, 0);
    insert into entrega (id, direccion, pedido_id, estado, creada_por, creador_id, creada, actualizada) values
      (1, 'x', 'P', 'EN_CAMINO', 'usuario:7', 7, 0, 0), (2, 'x', 'P', 'ENTREGADA', 'usuario:7', 7, 0, 0),
      (3, 'x', 'P', 'EN_CAMINO', 'servicio:operator', null, 0, 0);
    insert into entrega_item (entrega_id, producto_id, cantidad, estado) values
      (1, 1, 3, 'RESERVADO'), (2, 1, 4, 'DEBITADO'), (3, 1, 2, 'RESERVADO');`);
  before.close();
  await migrate(file, { ...before050, '050-reservas-por-usuario': reservas });
  const after = new Database(file);
  expect(after.prepare('select entrega_id, creador_id from entrega_item').raw().all()).toEqual([
    [1, 7],
    [2, null],
    [3, null],
  ]);
  const plan = after
    .prepare(
      `explain query plan select coalesce(sum(cantidad), 0) from entrega_item
       where creador_id = ? and producto_id = ? and estado = 'RESERVADO'`,
    )
    .get(7, 1);
  expect(plan).toMatchObject({ detail: expect.stringContaining('USING COVERING INDEX item_por_creador') });
  after.close();
});

test('when rows of an older version are there, then their tables are to be sealed; a new database has none', async () => {
  await migrate(file, Object.fromEntries(Object.entries(migrations).filter(([name]) => name < '070')));
  const before = new Database(file);
  before.exec(`insert into entrega (direccion, pedido_id, estado, creada_por, creada, actualizada)
    values ('x', 'P', 'EN_CAMINO', 'usuario:7', 0, 0)`);
  before.close();
  const fresh = join(folder, 'nueva.db');
  for (const each of [file, fresh]) await migrate(each, migrations);
  const tablesOf = (path: string) => {
    const db = new Database(path);
    const tables = db.prepare('select tabla, ultima, vistas from sellado').raw().all();
    db.close();
    return tables;
  };
  expect([tablesOf(file), tablesOf(fresh)]).toEqual([[['entrega', null, 0]], []]);
});

test('when there are tasks of an older version, then each knows with whom its delivery is shared', async () => {
  const before091 = Object.fromEntries(Object.entries(migrations).filter(([name]) => name < '091'));
  await migrate(file, before091);
  const before = new Database(file);
  before.exec(`
    insert into entrega (id, direccion, pedido_id, estado, creada_por, creador_id, asignada_a, confirmada_por, creada, actualizada)
      values (1, 'x', 'P', 'ENTREGADA', 'usuario:7', 7, 8, 9, 0, 0), (2, 'x', 'P', 'EN_CAMINO', 'servicio:operator', null, null, null, 0, 0);
    insert into tarea (task_id, tipo, cola, estado, intento, creada_por, entrega_id, params, creada, actualizada) values
      ('a', 't', 'c', 'SUCCESS', 0, 'usuario:9', 1, '{}', 0, 0), ('b', 't', 'c', 'FAILURE', 0, 'usuario:9', 2, '{}', 0, 0),
      ('c', 't', 'c', 'SUCCESS', 0, 'usuario:9', null, '{}', 0, 0);`);
  before.close();
  await migrate(file, migrations);
  const after = new Database(file);
  expect(
    after.prepare('select task_id, creador_id, asignada_a, confirmada_por from tarea').raw().all(),
  ).toEqual([
    ['a', 7, 8, 9],
    ['b', null, null, null],
    ['c', null, null, null],
  ]);
  after.close();
});
