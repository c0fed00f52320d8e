import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openHandle, kyselyOver } from '../../src/db/sqlite/connection.ts';
import { prepared } from '../../src/db/prepared.ts';

interface Tables {
  cuenta: { id: number; saldo: number; nota: string | null };
}

let folder: string;
let db: ReturnType<typeof kyselyOver<Tables>>;
let builds: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'medisupply-prepared-'));
  const handle = openHandle(join(folder, 'prueba.db'));
  handle.exec('create table cuenta (id integer primary key, saldo integer not null, nota text)');
  db = kyselyOver<Tables>(handle);
  builds = 0;
});

afterEach(async () => {
  await db.destroy();
  rmSync(folder, { recursive: true });
});

const insert = prepared<Tables, { id: number; saldo: number; nota: string | null }>(
  (on, { id, saldo, nota }) => {
    builds += 1;
    return on
      .insertInto('cuenta')
      .values({ id, saldo, nota })
      .onConflict((conflict) => conflict.doNothing());
  },
);

const find = prepared<Tables, { minimo: number; maximo: number }, Tables['cuenta']>(
  (on, { minimo, maximo }) =>
    on
      .selectFrom('cuenta')
      .selectAll()
      .where('saldo', '>=', minimo)
      .where('saldo', '<=', maximo)
      // A value of the query's own, between those of the call.
      .where('id', '>', 0)
      .orderBy('id'),
);

test('when it is called again, then it was built once and has the values of each call', async () => {
  const answers = [];
  for (const id of [1, 2, 3])
    answers.push(await insert(db, { id, saldo: id * 10, nota: id === 2 ? null : `n${id}` }));
  expect(answers.map(({ numAffectedRows }) => numAffectedRows)).toEqual([1n, 1n, 1n]);
  expect(builds).toBe(1);
  expect((await find(db, { minimo: 20, maximo: 30 })).rows).toEqual([
    { id: 2, saldo: 20, nota: null },
    { id: 3, saldo: 30, nota: 'n3' },
  ]);
  expect((await find(db, { minimo: 0, maximo: 10 })).rows).toEqual([{ id: 1, saldo: 10, nota: 'n1' }]);
});

test('when nothing was written, then the answer says so', async () => {
  await insert(db, { id: 1, saldo: 0, nota: null });
  expect((await insert(db, { id: 1, saldo: 5, nota: null })).numAffectedRows).toBe(0n);
});
