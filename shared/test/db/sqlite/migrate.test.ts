import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { migrate } from '../../../src/db/sqlite/migrate.ts';
import { lockDatabase } from '../../../src/testing/lock-database.ts';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'medisupply-migrate-'));
  file = join(folder, 'prueba.db');
});

afterEach(() => rmSync(folder, { recursive: true }));

const step = (statement: string) => ({
  up: async (db: Kysely<unknown>) => {
    await sql.raw(statement).execute(db);
  },
});

test(
  'when six processes migrate one file at once, then all succeed and each migration ran once',
  { timeout: 30_000 },
  async () => {
    const program = join(folder, 'migrar.ts');
    const source = join(import.meta.dirname, '../../../src/db/sqlite/migrate.ts');
    writeFileSync(
      program,
      `import { migrate } from ${JSON.stringify(source)};
     import { sql } from ${JSON.stringify(import.meta.resolve('kysely'))};
     const up = (text) => ({ up: async (db) => { await sql.raw(text).execute(db); } });
     await migrate(${JSON.stringify(file)}, { '001': up('create table a (x)'), '002': up('create table b (x)'), '003': up('insert into a values (1)') });`,
    );
    const children = Array.from({ length: 6 }, () => fork(program));
    const codes = await Promise.all(
      children.map(async (child) => ((await once(child, 'exit')) as [number])[0]),
    );
    expect(codes).toEqual([0, 0, 0, 0, 0, 0]);
    const db = new Database(file);
    expect(db.prepare('select count(*) n from a').get()).toEqual({ n: 1 });
    db.close();
  },
);

test('when a migration fails, then nothing of it stays and the error names the file', async () => {
  await migrate(file, { '001': step('create table a (x)') });
  const broken = {
    '001': step('create table a (x)'),
    '002': step('create table b (x)'),
    '003': step('no es sql'),
  };
  await expect(migrate(file, broken)).rejects.toThrow(`No se pudo migrar ${file}`);
  const db = new Database(file);
  expect(db.prepare("select name from sqlite_master where name = 'b'").get()).toBeUndefined();
  db.close();
});

test('when the schema is newer than the program, then it refuses to start and says what to do', async () => {
  await migrate(file, { '001': step('create table a (x)'), '002-nueva': step('create table b (x)') });
  await expect(migrate(file, { '001': step('create table a (x)') })).rejects.toThrow(
    /más nuevo que este programa \(002-nueva\); actualice el programa/,
  );
});

test('when another process holds the write lock and nothing is to be done, then it only looks', async () => {
  await migrate(file, { '001': step('create table a (x)') });
  const lock = await lockDatabase(file);
  await expect(migrate(file, { '001': step('create table a (x)') })).resolves.toBeUndefined();
  await lock.release();
});

test('when another process holds the write lock and something is to be done, then it waits and says so', async () => {
  await migrate(file, { '001': step('create table a (x)') });
  const lock = await lockDatabase(file);
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const migrated = migrate(file, { '001': step('create table a (x)'), '002': step('create table b (x)') });
  await expect.poll(() => said.mock.calls.join('')).toContain(`otro proceso tiene ocupada ${file}`);
  await lock.release();
  await migrated;
  said.mockRestore();
  const db = new Database(file);
  expect(db.prepare("select name from sqlite_master where name = 'b'").get()).toEqual({ name: 'b' });
  db.close();
});
