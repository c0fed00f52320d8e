/** How SQLite reads what operators list, and what the loops look for, among 100,000 rows. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrate } from '@medisupply/shared/db/sqlite/migrate';
import { openHandle } from '@medisupply/shared/db/sqlite/connection';
import { listWaitingForTheirTime } from '@medisupply/shared/queueing/store/task-store';
import type { QueryPlans } from '@medisupply/shared/testing/query-plans';
import { numbered, queryPlans } from '@medisupply/shared/testing/query-plans';
import { migrations } from '../src/database.ts';
import { findSituation } from '../src/entregas/confirmaciones.repository.ts';
import { listEntregas, listHistorial } from '../src/entregas/entregas.repository.ts';
import { listItems, listMovimientos, listProductos } from '../src/inventario/inventario.repository.ts';
import type { LogisticaTables } from '../src/tables.ts';
import { listTareas, listTaskEvents } from '../src/tareas/tareas.repository.ts';

const ROWS = 100_000;

let folder: string;
let plans: QueryPlans<LogisticaTables>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'medisupply-planes-'));
  const file = join(folder, 'logistica.db');
  await migrate(file, migrations);
  const handle = openHandle(file);
  handle.exec(`begin;
    ${numbered(ROWS)} insert into entrega (direccion, pedido_id, estado, creada_por, creador_id, creada, actualizada)
      select 'x', 'PED-' || i, 'EN_CAMINO', 'usuario:1', 1, i, i from n;
    ${numbered(ROWS)} insert into entrega_historial (entrega_id, estado, momento, actor)
      select i, 'EN_CAMINO', i, 'usuario:1' from n;
    ${numbered(ROWS)} insert into tarea (task_id, tipo, cola, estado, intento, creada_por, params, creada, actualizada)
      select 'tarea-' || i, 'monitor.health_check', 'monitor', 'SUCCESS', 0, 'programada', '{}', i, i from n;
    ${numbered(ROWS)} insert into evento (momento, tipo, task_id) select i, 'fin', 'tarea-' || i from n;
    ${numbered(ROWS)} insert into producto (sku, nombre, stock, minimo, creado, actualizado)
      select 'SKU-' || i, 'Guantes', 0, 0, i, i from n;
    ${numbered(ROWS)} insert into outbox (task_id, intento, cola, nombre, payload, estado, disponible)
      select 'tarea-' || i, 0, 'monitor', 'monitor.health_check', '{}', 'PENDIENTE', i from n;
    commit;`);
  plans = queryPlans(handle);
}, 60_000);

afterAll(async () => {
  await plans.db.destroy();
  rmSync(folder, { recursive: true });
});

const page = { before: undefined, estado: undefined, viewer: undefined, limit: 51 };
const entregas = (filter: object) => (db: QueryPlans<LogisticaTables>['db']) =>
  listEntregas(db, { ...page, pedido_id: undefined, ...filter });
const tareas = (filter: object) => (db: QueryPlans<LogisticaTables>['db']) =>
  listTareas(db, { ...page, tipo: undefined, ...filter });

/** The page's rows by their ids, and before that the ids: in order, without sorting or reading what is not shown. */
test.each([
  ['deliveries', entregas({}), /^SCAN entrega( USING .*INDEX .*)?$/],
  ['the next page of deliveries', entregas({ before: 500 }), /^SEARCH entrega USING INTEGER PRIMARY KEY/],
  ['deliveries in one state', entregas({ estado: 'EN_CAMINO' }), /INDEX entrega_por_estado \(estado=\?\)$/],
  ['deliveries of one order', entregas({ pedido_id: 'PED-7' }), /INDEX entrega_por_pedido \(pedido_id=\?\)$/],
  ['tasks', tareas({}), /^SCAN tarea( USING .*INDEX .*)?$/],
  ['tasks in one state', tareas({ estado: 'SUCCESS' }), /INDEX tarea_por_estado \(estado=\?\)$/],
  ['tasks of one kind', tareas({ tipo: 'monitor.health_check' }), /INDEX tarea_por_tipo \(tipo=\?\)$/],
  [
    'tasks of one kind in one state',
    tareas({ tipo: 'monitor.health_check', estado: 'FAILURE' }),
    /INDEX tarea_por_tipo_y_estado \(tipo=\? AND estado=\?\)$/,
  ],
  [
    'the next page of tasks of one kind',
    tareas({ tipo: 'monitor.health_check', before: 500 }),
    /INDEX tarea_por_tipo \(tipo=\? AND (seq|rowid)<\?\)$/,
  ],
])('when an operator lists %s, then an index in that order serves the page', async (_, list, first) => {
  const found = await plans.plansOf(list);
  expect(found[0]).toMatch(first);
  expect(found.filter((plan) => plan.includes('TEMP B-TREE'))).toEqual([]);
});

test.each([
  ['its history', (db) => listHistorial(db, 7), 'historial_por_entrega'],
  ['its items', (db) => listItems(db, 7), 'PRIMARY KEY'],
  ["a product's ledger", (db) => listMovimientos(db, 7, 50), 'movimiento_por_producto'],
  ["a task's events", (db) => listTaskEvents(db, 'tarea-7'), 'evento_por_tarea'],
  ['products', (db) => listProductos(db, { before: 500, buscar: undefined, limit: 51 }), 'PRIMARY KEY'],
  ['messages whose time comes', (db) => listWaitingForTheirTime(db, 50, 100), 'outbox_pendiente'],
] satisfies [string, (db: QueryPlans<LogisticaTables>['db']) => Promise<unknown>, string][])(
  'when somebody reads %s, then its index is searched',
  async (_, read, index) => {
    for (const plan of await plans.plansOf(read)) {
      expect(plan).toContain('SEARCH');
      expect(plan).toContain(index);
      expect(plan).not.toMatch(/\bSCAN\b|TEMP B-TREE/);
    }
  },
);

test('when a confirmation arrives, then all that decides about it is found in its indexes', async () => {
  const found = await plans.plansOf((db) =>
    findSituation(db, { entrega_id: 7, usuario_id: 1, req_hashes: ['h1:x', 'x'], jti: 'x' }),
  );
  expect(found.filter((plan) => /\bSCAN\b|TEMP B-TREE/.test(plan))).toEqual([]);
  for (const index of ['PRIMARY KEY', 'confirmacion_repetida', '(entrega_id=?)', '(jti=?)'])
    expect(found.join('\n')).toContain(index);
});
