/** How SQLite reads the lists in a database of 100,000 deliveries and tasks: by index, whoever asks. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { Kysely } from 'kysely';
import { ImmediateSqliteDialect } from '@medisupply/shared/db/sqlite/sqlite-dialect';
import type { CompiledQuery } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Rol } from '@medisupply/shared/contracts/vocabulary';
import { migrate } from '@medisupply/shared/db/sqlite/migrate';
import { openHandle } from '@medisupply/shared/db/sqlite/connection';
import type { UserCaller } from '@medisupply/shared/http/caller';
import { migrations } from '../src/database.ts';
import { listEntregas } from '../src/entregas/entregas.repository.ts';
import type { LogisticaTables } from '../src/tables.ts';
import { listTareas } from '../src/tareas/tareas.repository.ts';

const ROWS = 100_000;
const USER = 7;

let folder: string;
let handle: Database.Database;
let db: Kysely<LogisticaTables>;
let queries: CompiledQuery[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'medisupply-planes-'));
  const file = join(folder, 'logistica.db');
  await migrate(file, migrations);
  handle = openHandle(file);
  const rows = `with recursive n(i) as (select 1 union all select i + 1 from n where i < ${ROWS})`;
  handle.exec(`begin;
    ${rows} insert into entrega (direccion, pedido_id, estado, creada_por, creador_id, asignada_a, confirmada_por, creada, actualizada)
      select 'x', 'PED-' || i, 'EN_CAMINO', 'usuario:' || i % 50, i % 50,
        case when i % 3 = 0 then i % 40 end, case when i % 2 = 0 then i % 30 end, i, i from n;
    ${rows} insert into tarea (task_id, tipo, cola, estado, intento, creada_por, entrega_id, params, creada, actualizada)
      select 'tarea-' || i, 'logistica.procesar_entrega', 'logistica', 'SUCCESS', 0, 'usuario:' || i % 30,
        case when i % 2 = 0 then i end, '{}', i, i from n;
    commit;`);
  db = new Kysely<LogisticaTables>({
    dialect: new ImmediateSqliteDialect({ database: handle }),
    log: (event) => void queries.push(event.query),
  });
}, 60_000);

afterAll(async () => {
  await db.destroy();
  rmSync(folder, { recursive: true });
});

async function plansOf(read: () => Promise<unknown>): Promise<string[]> {
  queries = [];
  await read();
  return queries
    .splice(0)
    .map(({ sql, parameters }) =>
      (handle.prepare(`explain query plan ${sql}`).all(...parameters) as { detail: string }[])
        .map((step) => step.detail)
        .join('; '),
    );
}

const viewer = (roles: Rol[]): UserCaller => ({
  kind: 'user',
  usuario_id: USER,
  nombre: 'ana',
  roles,
  token_version: 1,
  jti: 'x',
  exp: 0,
});

const everything = { before: undefined, estado: undefined, limit: 51 };

/** `entrega_abierta` holds the open deliveries and nothing else. */
const isScan = (plan: string) => /\bSCAN (?!entrega USING (COVERING )?INDEX entrega_abierta\b)/.test(plan);

test.each([
  ['everything', {}],
  ['the next page', { before: ROWS }],
  ['one state', { estado: 'SUCCESS' as const }],
  ['one kind', { tipo: 'logistica.procesar_entrega' }],
])('when a user lists tasks (%s), then each reason to see one is read by its index', async (_, filter) => {
  const plans = await plansOf(() =>
    listTareas(db, { ...everything, tipo: undefined, viewer: viewer(['usuario', 'Mensajero']), ...filter }),
  );
  expect(plans.filter(isScan)).toEqual([]);
  const [own, ...others] = plans;
  expect(own).toContain('INDEX tarea_por_creador');
  expect(own).not.toContain('TEMP B-TREE');
  // What is sorted is the tasks of one user's deliveries: they are found first.
  expect(others.slice(0, 4)).toEqual(
    ['creador', 'asignada', 'confirmada', 'abierta'].map((reason) =>
      expect.stringMatching(
        new RegExp(`^S(EARCH|CAN) entrega USING .*INDEX entrega_(por_)?${reason}\\b.*tarea_por_entrega`),
      ),
    ),
  );
});

test('when a user lists deliveries, then each reason is read in order from its index', async () => {
  const filter = { pedido_id: undefined, ...everything };
  for (const before of [undefined, ROWS]) {
    const plans = await plansOf(() =>
      listEntregas(db, { ...filter, before, viewer: viewer(['usuario', 'Mensajero']) }),
    );
    expect(plans.filter((plan) => isScan(plan) || plan.includes('TEMP B-TREE'))).toEqual([]);
  }
});

test('when what nobody carries is listed, then the open ones are read in order from their index', async () => {
  const filter = { pedido_id: undefined, ...everything, sinAsignar: true };
  for (const reader of [undefined, viewer(['usuario', 'Mensajero'])]) {
    const plans = await plansOf(() => listEntregas(db, { ...filter, viewer: reader }));
    expect(plans.filter((plan) => isScan(plan) || plan.includes('TEMP B-TREE'))).toEqual([]);
    expect(plans.join()).toContain('entrega_abierta');
  }
});

test('when a dispatcher lists tasks, then those of all deliveries are read in order from an index', async () => {
  const read = { ...everything, tipo: undefined, viewer: viewer(['Despacho']) };
  for (const before of [undefined, ROWS]) {
    const plans = await plansOf(() => listTareas(db, { ...read, before }));
    expect(plans[1]).toMatch(/^S(EARCH|CAN) tarea USING (COVERING )?INDEX tarea_con_entrega/);
    expect(plans.join()).not.toContain('TEMP B-TREE');
  }
});
