/** How SQLite reads the lists among 100,000 users. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrate } from '@medisupply/shared/db/sqlite/migrate';
import { openHandle } from '@medisupply/shared/db/sqlite/connection';
import type { QueryPlans } from '@medisupply/shared/testing/query-plans';
import { numbered, queryPlans } from '@medisupply/shared/testing/query-plans';
import { migrations } from '../src/database.ts';
import type { AutorizadorTables } from '../src/tables.ts';
import {
  findUsuarioByNombre,
  listRevocadosDesde,
  listUsuarios,
} from '../src/usuarios/usuarios.repository.ts';

const ROWS = 100_000;

let folder: string;
let plans: QueryPlans<AutorizadorTables>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'medisupply-planes-'));
  const file = join(folder, 'autorizador.db');
  await migrate(file, migrations);
  const handle = openHandle(file);
  handle.exec(`begin;
    ${numbered(ROWS)} insert into usuario (nombre, nombre_clave, contrasena_hash, roles, activo, token_version, creado, actualizado, revocado)
      select 'usuario ' || i, 'usuario ' || i, 'x', '["usuario"]', 1, 1, i, i, case when i % 1000 = 0 then i end from n;
    analyze;
    commit;`);
  plans = queryPlans(handle);
}, 60_000);

afterAll(async () => {
  await plans.db.destroy();
  rmSync(folder, { recursive: true });
});

test.each([
  ['everything', undefined, 'SCAN usuario'],
  ['the next page', 500, 'SEARCH usuario USING INTEGER PRIMARY KEY (rowid<?)'],
])('when users are listed (%s), then the page is read in order and nothing else', async (_, before, plan) => {
  expect(await plans.plansOf((db) => listUsuarios(db, 50, before))).toEqual([plan]);
});

test('when somebody logs in or tokens were revoked, then an index finds them', async () => {
  const found = await plans.plansOf((db) =>
    Promise.all([findUsuarioByNombre(db, 'usuario 7'), listRevocadosDesde(db, 99_000)]),
  );
  expect(found).toEqual([
    expect.stringMatching(/^SEARCH usuario USING INDEX \S+ \(nombre_clave=\?\)$/),
    'SEARCH usuario USING INDEX usuario_por_revocado (revocado>?)',
  ]);
});
