/** What is said when a server cannot be used, and how those that start together take turns. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readDatabaseConfig } from '../../../src/db/database-environment.ts';
import { openDatabase } from '../../../src/db/open.ts';
import { freePort } from '../../../src/lifecycle/free-port.ts';
import type { PostgresServer } from '../../../src/testing/postgres-server.ts';
import { startPostgres } from '../../../src/testing/postgres-server.ts';
import { NO_FOLDER, open } from './support.ts';

const step = (statement: string) => ({
  up: async (db: Kysely<unknown>) => {
    await sql.raw(statement).execute(db);
  },
});
const first = { '001': step('create table a (x text)') };

let server: PostgresServer;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'medisupply-refusals-'));
  server = await startPostgres();
  await server.createDatabase('prueba');
}, 60_000);
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

const opening = (env: Record<string, string>, migrations: Record<string, ReturnType<typeof step>> = first) =>
  Promise.resolve()
    .then(() => readDatabaseConfig('PRUEBA', { DATA_DIR: NO_FOLDER, ...env }))
    .then((config) => openDatabase<object>(config, { owner: 'prueba', migrations }))
    .then((database) => database.close());

test.each(['mysql://usuario@servidor/base', 'postgres://servidor', 'postgres://servidor/', 'servidor/base'])(
  'when the address is %s, then its key is named with how it should look',
  async (DATABASE_URL) => {
    await expect(opening({ DATABASE_URL })).rejects.toThrow(
      /DATABASE_URL: Debe ser una dirección postgres:\/\/usuario@servidor\/base/,
    );
    await expect(opening({ PRUEBA_DATABASE_URL: DATABASE_URL })).rejects.toThrow('PRUEBA_DATABASE_URL: ');
  },
);

test('when nobody listens there, then it says so', async () => {
  const DATABASE_URL = `postgres://postgres@127.0.0.1:${await freePort()}/prueba`;
  await expect(opening({ DATABASE_URL })).rejects.toThrow(
    /^DATABASE_URL: no se llega a .*\/prueba \(prueba\) \(ECONNREFUSED\); arranque ese servidor o corrija/,
  );
});

test('when there is no such database or user, then it says which', async () => {
  await expect(opening({ DATABASE_URL: server.urlOf('ninguna') })).rejects.toThrow(
    /^DATABASE_URL: en .* no existe la base «ninguna»; créela: createdb ninguna$/,
  );
  const url = new URL(server.urlOf('prueba'));
  url.username = 'nadie';
  await expect(opening({ PRUEBA_DATABASE_URL: url.href })).rejects.toThrow(
    /^PRUEBA_DATABASE_URL: .* no admite al usuario «nadie» \(28000\)/,
  );
});

test('when the file of the password is not there, then it says so', async () => {
  await expect(
    opening({ DATABASE_URL: server.urlOf('prueba'), DATABASE_PASSWORD_FILE: join(folder, 'nada') }),
  ).rejects.toThrow(/DATABASE_PASSWORD_FILE: no se puede leer .* \(ENOENT\)/);
});

test('when the password stands in a file, then it is the one that counts', async () => {
  await server.query(`create role con_clave login password 'la-buena'`);
  await server.query('grant create on database prueba to con_clave');
  await server.requirePasswordOf('con_clave');
  const url = new URL(server.urlOf('prueba'));
  url.username = 'con_clave';
  const file = join(folder, 'clave');
  writeFileSync(file, 'la-buena\n');
  await expect(opening({ DATABASE_URL: url.href })).rejects.toThrow('no admite al usuario «con_clave»');
  await expect(opening({ DATABASE_URL: url.href, DATABASE_PASSWORD_FILE: file })).resolves.toBeUndefined();
  const others = join(folder, 'clave-de-otra');
  writeFileSync(others, 'otra');
  await expect(
    opening({ DATABASE_URL: url.href, DATABASE_PASSWORD_FILE: others, PRUEBA_DATABASE_PASSWORD_FILE: file }),
  ).resolves.toBeUndefined();
  await server.query('drop schema prueba cascade', 'prueba');
});

test('when the data folder holds data of the owner as well, then it refuses and names both', async () => {
  const DATA_DIR = mkdtempSync(join(folder, 'datos-'));
  writeFileSync(join(DATA_DIR, 'prueba.db'), '');
  await expect(opening({ DATA_DIR, DATABASE_URL: server.urlOf('prueba') })).rejects.toThrow(
    /DATABASE_URL: hay dos bases de prueba, esa y .*prueba\.db; quite DATABASE_URL/,
  );
});

test('when a migration fails, then nothing of it stays; when the schema is newer, then it says what to do', async () => {
  await server.createDatabase('nueva');
  const two = { ...first, '002': step('create table b (x text)') };
  await expect(open(server, 'nueva', { ...two, '003': step('no es sql') })).rejects.toThrow(
    /^No se pudo migrar .*\/nueva \(prueba\): syntax error/,
  );
  expect(await server.query(`select to_regclass('prueba.b') as b`, 'nueva')).toEqual([{ b: null }]);
  await open(server, 'nueva', two).then((database) => database.close());
  await expect(open(server, 'nueva', first)).rejects.toThrow(
    /^El esquema de .* es más nuevo que este programa \(002\); actualice el programa o use otra base en DATABASE_URL/,
  );
});

test(
  'when six processes open one schema at once, then all succeed and each migration ran once',
  { timeout: 60_000 },
  async () => {
    await server.createDatabase('juntos');
    const program = join(folder, 'abrir.ts');
    writeFileSync(
      program,
      `import { openDatabase } from ${JSON.stringify(join(import.meta.dirname, '../../../src/db/open.ts'))};
     import { sql } from ${JSON.stringify(join(import.meta.dirname, '../../../../node_modules/kysely/dist/index.js'))};
     const up = (text) => ({ up: async (db) => { await sql.raw(text).execute(db); } });
     const database = await openDatabase(
       { DATA_DIR: '${NO_FOLDER}', DATABASE_POOL: 1, DATABASE_URL: '${server.urlOf('juntos')}' },
       { owner: 'prueba', migrations: { '001': up('create table a (x text)'), '002': up("insert into a values ('1')") } });
     await database.close();`,
    );
    const children = Array.from({ length: 6 }, () => fork(program));
    const codes = await Promise.all(
      children.map(async (child) => ((await once(child, 'exit')) as [number])[0]),
    );
    expect(codes).toEqual([0, 0, 0, 0, 0, 0]);
    expect(await server.query('select count(*)::int as n from prueba.a', 'juntos')).toEqual([{ n: 1 }]);
  },
);
