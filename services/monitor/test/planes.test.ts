/** How SQLite reads the lists among 100,000 rows. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrate } from '@medisupply/shared/db/sqlite/migrate';
import { openHandle } from '@medisupply/shared/db/sqlite/connection';
import type { QueryPlans } from '@medisupply/shared/testing/query-plans';
import { numbered, queryPlans } from '@medisupply/shared/testing/query-plans';
import { listActividad } from '../src/actividad/actividad.repository.ts';
import { migrations } from '../src/database.ts';
import { listNombres, readSerie } from '../src/metricas/metricas.repository.ts';
import type { MonitorTables } from '../src/tables.ts';

const ROWS = 100_000;
/** Figures of each measurement. */
const SERIES = 50;

let folder: string;
let plans: QueryPlans<MonitorTables>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'medisupply-planes-'));
  const file = join(folder, 'monitor.db');
  await migrate(file, migrations);
  const handle = openHandle(file);
  handle.exec(`begin;
    ${numbered(ROWS)} insert into actividad (task_id, momento, tipo) select 'tarea-' || i, i, 'tipo-' || i % 100 from n;
    ${numbered(ROWS / SERIES)} insert into medicion (task_id, momento) select 'medicion-' || i, i from n;
    ${numbered(SERIES)} insert into metrica (nombre, medicion_id, valor)
      select 'serie.' || n.i, medicion.id, 1.0 from n, medicion;
    analyze;
    commit;`);
  plans = queryPlans(handle);
}, 60_000);

afterAll(async () => {
  await plans.db.destroy();
  rmSync(folder, { recursive: true });
});

test.each([
  ['everything', {}, 'SCAN actividad'],
  ['the next page', { before: 500 }, 'SEARCH actividad USING INTEGER PRIMARY KEY (rowid<?)'],
  ['one kind', { tipo: 'tipo-7' }, 'SEARCH actividad USING INDEX actividad_por_tipo (tipo=?)'],
  [
    'the next page of one kind',
    { tipo: 'tipo-7', before: 500 },
    'SEARCH actividad USING INDEX actividad_por_tipo (tipo=? AND id<?)',
  ],
])(
  'when activity is listed (%s), then the page is read in order and nothing else',
  async (_, filter, plan) => {
    const asked = { before: undefined, tipo: undefined, limit: 51, ...filter };
    expect(await plans.plansOf((db) => listActividad(db, asked))).toEqual([plan]);
  },
);

test('when a series is read, then only its own figures within the time are', async () => {
  const [plan] = await plans.plansOf((db) => readSerie(db, 'serie.7', { desde: 100, hasta: 200, paso: 10 }));
  expect(plan).toContain(
    'SEARCH medicion USING COVERING INDEX medicion_por_momento (momento>? AND momento<?)',
  );
  expect(plan).toContain('SEARCH metrica USING PRIMARY KEY (nombre=? AND medicion_id=?)');
});

test('when the names of all series are listed, then each is one look-up', async () => {
  const [plan] = await plans.plansOf((db) => listNombres(db));
  expect(plan).toContain('SEARCH m USING PRIMARY KEY (nombre>?)');
  expect(plan).not.toContain('SCAN m;');
});
