import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../../../src/db/open.ts';
import { makeRoles } from '../../../src/db/postgres/roles.ts';
import type { PostgresServer } from '../../../src/testing/postgres-server.ts';
import { startPostgres } from '../../../src/testing/postgres-server.ts';
import { NO_FOLDER } from './support.ts';
import { sql } from 'kysely';
import type { Kysely } from 'kysely';

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
  await server.createDatabase('prueba');
}, 60_000);
afterAll(() => server.stop());

const migrations = {
  '001': {
    up: async (db: Kysely<unknown>) => {
      await sql`create table a (x text)`.execute(db);
    },
  },
};

const opened = (owner: string, url: string) =>
  openDatabase<object>({ DATA_DIR: NO_FOLDER, DATABASE_POOL: 2, DATABASE_URL: url }, { owner, migrations });

test('when roles are made, before the tables or after them, then each works in its own schema and reaches no other', async () => {
  const before = await opened('uno', server.urlOf('prueba'));
  await before.close();
  const made = await makeRoles(new URL(server.urlOf('prueba')), ['uno', 'otro-mas']);
  expect(made.map(({ url }) => url.username)).toEqual(['medisupply_uno', 'medisupply_otro_mas']);
  for (const { owner, url } of made) {
    const database = await opened(owner, url.href);
    await database.unitOfWork.write((tx) => sql`insert into a values ('propia')`.execute(tx));
    const other = owner === 'uno' ? 'otro_mas' : 'uno';
    await expect(sql`select * from ${sql.table(`${other}.a`)}`.execute(database.read)).rejects.toMatchObject({
      code: '42501',
    });
    await expect(sql`create table public.b (x text)`.execute(database.read)).rejects.toMatchObject({
      code: '42501',
    });
    await database.close();
  }
});

test('when they are made again, then the passwords are new ones', async () => {
  const [first] = await makeRoles(new URL(server.urlOf('prueba')), ['uno']);
  const [second] = await makeRoles(new URL(server.urlOf('prueba')), ['uno']);
  expect(second?.url.password).not.toBe(first?.url.password);
});
