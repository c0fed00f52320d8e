/** How the lists are read in a database of 100,000 deliveries and tasks: each reason by its index, whoever asks. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Rol } from '@medisupply/shared/contracts/vocabulary';
import { migrate } from '@medisupply/shared/db/sqlite/migrate';
import { openHandle } from '@medisupply/shared/db/sqlite/connection';
import type { UserCaller } from '@medisupply/shared/http/caller';
import type { QueryPlans } from '@medisupply/shared/testing/query-plans';
import { indexOf, isBounded, numbered, queryPlans } from '@medisupply/shared/testing/query-plans';
import { migrations } from '../src/database.ts';
import type { ListFilter } from '../src/entregas/entregas.repository.ts';
import { listEntregas } from '../src/entregas/entregas.repository.ts';
import { findFoto, hasFoto, listUnsigned } from '../src/entregas/fotos.repository.ts';
import type { ParadasFilter } from '../src/entregas/paradas.repository.ts';
import { listOrdered, listParadas } from '../src/entregas/paradas.repository.ts';
import { listCandidatas } from '../src/entregas/prefijo.repository.ts';
import type { LogisticaTables } from '../src/tables.ts';
import type { TareaFilter } from '../src/tareas/tareas.repository.ts';
import { listTareas } from '../src/tareas/tareas.repository.ts';

const ROWS = 100_000;
const USER = 7;

let folder: string;
let plans: QueryPlans<LogisticaTables>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'medisupply-planes-'));
  const file = join(folder, 'logistica.db');
  await migrate(file, migrations);
  const handle = openHandle(file);
  handle.exec(`begin;
    ${numbered(ROWS)} insert into entrega (direccion, pedido_id, estado, creada_por, creador_id, asignada_a, confirmada_por, creada, actualizada)
      select 'x', 'PED-' || i, 'EN_CAMINO', 'usuario:' || i % 50, i % 50,
        case when i % 3 = 0 then i % 40 end, case when i % 2 = 0 then i % 30 end, i, i from n;
    ${numbered(ROWS)} insert into tarea (task_id, tipo, cola, estado, intento, creada_por, entrega_id, creador_id, asignada_a, confirmada_por, params, creada, actualizada)
      select 'tarea-' || i, 'logistica.procesar_entrega', 'logistica', 'SUCCESS', 0, 'usuario:' || i % 30,
        entrega.id, creador_id, asignada_a, confirmada_por, '{}', i, i
      from n left join entrega on entrega.id = n.i and i % 2 = 0;
    commit;`);
  plans = queryPlans(handle);
}, 60_000);

afterAll(async () => {
  await plans.db.destroy();
  rmSync(folder, { recursive: true });
});

const viewer = (roles: Rol[]): UserCaller => ({
  kind: 'user',
  usuario_id: USER,
  nombre: 'ana',
  roles,
  token_version: 1,
  jti: 'x',
  exp: 0,
});

const COURIER = viewer(['usuario', 'Mensajero']);
const DISPATCHER = viewer(['Despacho']);
const page = { before: undefined, estado: undefined, limit: 51 };
const CONFIRMATION = 'logistica.procesar_entrega';
const REPORT = 'logistica.generar_reporte';

/** By which index each reason is found, from the list's first queries; the last reads the page's rows by their ids. */
async function indexesOf(read: (db: QueryPlans<LogisticaTables>['db']) => Promise<unknown>) {
  const [last, ...reasons] = (await plans.plansOf(read)).toReversed();
  const found = isBySeveralIds(last) ? reasons : [last!, ...reasons];
  expect(found.filter((plan) => !isBounded(plan))).toEqual([]);
  return found.toReversed().map(indexOf);
}

const isBySeveralIds = (plan = '') => /^SEARCH \w+ USING INTEGER PRIMARY KEY \(rowid=\?\)$/.test(plan);

const SHARED = ['tarea_ajena_por_creador (creador_id=?)', 'tarea_ajena_por_asignada (asignada_a=?)'];
const REASONS = [...SHARED, 'tarea_ajena_por_confirmada (confirmada_por=?)', 'tarea_de_abierta'];

test.each<[string, UserCaller, Partial<TareaFilter>, string[]]>([
  ['a courier', COURIER, {}, ['tarea_por_creador (creada_por=?)', ...REASONS]],
  ['a courier', COURIER, { tipo: CONFIRMATION }, ['tarea_por_creador (creada_por=?)', ...REASONS]],
  [
    'a courier',
    COURIER,
    { estado: 'FAILURE' },
    [
      'tarea_por_creador_y_estado (creada_por=? AND estado=?)',
      'tarea_ajena_por_creador_y_estado (creador_id=? AND estado=?)',
      'tarea_ajena_por_asignada_y_estado (asignada_a=? AND estado=?)',
      'tarea_ajena_por_confirmada (confirmada_por=?)',
      'tarea_de_abierta_por_estado (estado=?)',
    ],
  ],
  [
    'a courier',
    COURIER,
    { estado: 'FAILURE', tipo: CONFIRMATION },
    [
      'tarea_por_creador_y_estado (creada_por=? AND estado=?)',
      'tarea_ajena_por_creador_y_estado (creador_id=? AND estado=?)',
      'tarea_ajena_por_asignada_y_estado (asignada_a=? AND estado=?)',
      'tarea_ajena_por_confirmada (confirmada_por=?)',
      'tarea_de_abierta_por_estado (estado=?)',
    ],
  ],
  ['a courier', COURIER, { tipo: REPORT }, ['tarea_sin_entrega_propia (creada_por=? AND tipo=?)']],
  [
    'a courier',
    COURIER,
    { tipo: REPORT, estado: 'FAILURE' },
    ['tarea_sin_entrega_propia (creada_por=? AND tipo=?)'],
  ],
  ['a dispatcher', DISPATCHER, {}, ['tarea_por_creador (creada_por=?)', 'tarea_por_tipo (tipo=?)']],
  [
    'a dispatcher',
    DISPATCHER,
    { estado: 'SUCCESS' },
    [
      'tarea_por_creador_y_estado (creada_por=? AND estado=?)',
      'tarea_por_tipo_y_estado (tipo=? AND estado=?)',
    ],
  ],
])(
  'when %s lists tasks (%$), then each reason is read in order from its index',
  async (_, of, filter, by) => {
    const read = { ...page, tipo: undefined, ...filter, viewer: of };
    expect(await indexesOf((db) => listTareas(db, read))).toEqual(by);
    // The next page goes on in the same index.
    const next = await indexesOf((db) => listTareas(db, { ...read, before: ROWS }));
    expect(next.map((index) => index?.split(' ')[0])).toEqual(by.map((index) => index.split(' ')[0]));
  },
);

test.each<[string, ListFilter['viewer'], Partial<ListFilter>, string[]]>([
  [
    'a courier',
    COURIER,
    {},
    [
      'entrega_por_creador (creador_id=?)',
      'entrega_por_asignada (asignada_a=?)',
      'entrega_por_confirmada (confirmada_por=?)',
      'entrega_abierta',
    ],
  ],
  [
    'a courier',
    COURIER,
    { estado: 'EN_CAMINO' },
    [
      'entrega_por_creador_y_estado (creador_id=? AND estado=?)',
      'entrega_por_asignada_y_estado (asignada_a=? AND estado=?)',
      'entrega_por_confirmada_y_estado (confirmada_por=? AND estado=?)',
      'entrega_abierta_por_estado (estado=?)',
    ],
  ],
  ['a courier', COURIER, { pedido_id: 'PED-7' }, ['entrega_por_pedido (pedido_id=?)']],
  ['a courier', COURIER, { pedido_id: 'PED-7', estado: 'EN_CAMINO' }, ['entrega_por_pedido (pedido_id=?)']],
  ['an Admin', undefined, { sinAsignar: true }, ['entrega_abierta']],
  [
    'an Admin',
    undefined,
    { sinAsignar: true, estado: 'EN_CAMINO' },
    ['entrega_abierta_por_estado (estado=?)'],
  ],
  ['an Admin', undefined, { pedido_id: 'PED-7', estado: 'EN_CAMINO' }, ['entrega_por_pedido (pedido_id=?)']],
])(
  'when %s lists deliveries (%$), then each reason is read in order from its index',
  async (_, of, filter, by) => {
    const read = { ...page, pedido_id: undefined, ...filter, viewer: of };
    expect(await indexesOf((db) => listEntregas(db, read))).toEqual(by);
    const next = await indexesOf((db) => listEntregas(db, { ...read, before: ROWS }));
    expect(next.map((index) => index?.split(' ')[0])).toEqual(by.map((index) => index.split(' ')[0]));
  },
);

test('when a courier asks for their stops, then both parts are read in order from the index of open ones', async () => {
  const read = {
    usuario_id: USER,
    estado: undefined,
    pedido_id: undefined,
    pedido_prefijo: undefined,
    limit: 51,
  };
  const first = [
    'entrega_por_parada (asignada_a=? AND orden>?)',
    'entrega_por_parada (asignada_a=? AND orden=? AND id>?)',
  ];
  const indexes = async (filter: Partial<ParadasFilter>) =>
    (await plans.plansOf((db) => listParadas(db, { ...read, after: undefined, ...filter })))
      .filter(isBounded)
      .map(indexOf);
  expect(await indexes({})).toEqual(first);
  expect(await indexes({ after: { orden: null, id: 50 } })).toEqual(first.slice(1));
  expect((await indexes({ after: { orden: 3, id: 50 } })).map((index) => index?.split(' ')[0])).toEqual(
    first.map(() => 'entrega_por_parada'),
  );
  const filters = { estado: 'EN_CAMINO', pedido_id: 'PED-7', pedido_prefijo: 'PED' };
  expect(await indexes(filters)).toEqual(first);
});

test('when stops are put in order, then the rows that lose or get a place are found by the index of open ones', async () => {
  const found = await plans.plansOf((db) => listOrdered(db, USER, [3, 4, 5]));
  expect(found).toHaveLength(2);
  expect(found.filter((plan) => /\bSCAN\b|TEMP B-TREE/.test(plan))).toEqual([]);
  expect(found.map(indexOf)[0]).toBe('entrega_por_parada (asignada_a=? AND orden>?)');
});

test('when order numbers are asked for by their beginning, then they are read in order from their index', async () => {
  const index = 'entrega_por_pedido (pedido_id>? AND pedido_id<?)';
  const read = { after: undefined, limit: 51 };
  const of = async (...args: Parameters<typeof listCandidatas> extends [unknown, ...infer R] ? R : never) => {
    const found = await plans.plansOf((db) => listCandidatas(db, ...args));
    expect(found.filter((plan) => !isBounded(plan))).toEqual([]);
    return found.map(indexOf);
  };
  expect(await of('PED-9', read)).toEqual([index]);
  expect(await of('PED-9', { ...read, after: { pedido_id: 'PED-95', id: 95 } })).toEqual([
    expect.stringMatching(/^entrega_por_pedido /),
  ]);
});

test('when photos are looked for, then by the delivery or by their age, and no large row is read on the way', async () => {
  const found = [
    ...(await plans.plansOf((db) => findFoto(db, 7))),
    ...(await plans.plansOf((db) => hasFoto(db, 7, 'x'))),
    ...(await plans.plansOf((db) => listUnsigned(db, { before: 50, limit: 100 }))),
  ];
  expect(found.filter((plan) => /\bSCAN\b/.test(plan))).toEqual([]);
  expect(found.join('\n')).toContain('foto_por_entrega (entrega_id=?)');
  expect(found.at(-1)).toContain('foto_sin_firmar (subida<?)');
});

test('when a courier lists what nobody carries, then it is read in order from the indexes of the reasons', async () => {
  const read = { ...page, pedido_id: undefined, sinAsignar: true, viewer: COURIER };
  expect(await indexesOf((db) => listEntregas(db, read))).toContain('entrega_abierta');
});
