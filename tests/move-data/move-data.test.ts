/** What an installation has lived through goes to PostgreSQL and comes back as it was, however often it is interrupted. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { isInUse } from '@medisupply/shared/db/sqlite/whole-sqlite';
import type { PostgresServer } from '@medisupply/shared/testing/postgres-server';
import { startPostgres } from '@medisupply/shared/testing/postgres-server';
import { lockDataDir } from '../../scripts/launcher/data-dir-lock.ts';
import { moveOwners } from '../../scripts/move-data/move-owners.ts';
import { freePorts, nothingLeft, ROOT, runCommand, runNpm } from '../launcher/launch.ts';
import { layOutDataDir } from '../upgrade/first-installation.ts';

const SLOW = 240_000;
const NAMES = ['autorizador', 'logistica', 'monitor'];
const SCRIPT = join(ROOT, 'scripts/move-data.ts');

let folder: string;
let server: PostgresServer;
/** Brought up to date, as PostgreSQL has it. */
let original: string;
let rows: Record<string, string[]>;
let dataDir: string;
let base: string;
let count = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medisupply-move-'));
  server = await startPostgres();
  original = layOutDataDir(folder);
  await server.createDatabase('primera');
  await moveOwners(original, { url: server.urlOf('primera'), into: 'postgres' }, () => undefined);
  for (const name of retired(original))
    renameSync(join(original, name), join(original, name.replace(/\.trasladada.*/, '')));
  growBeyondOneBatch(join(original, 'monitor.db'));
  addFotos(join(original, 'logistica.db'));
  rows = rowsOf(original);
}, SLOW);

afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}, SLOW);

beforeEach(async () => {
  count += 1;
  base = `base${count}`;
  dataDir = join(folder, `data${count}`);
  cpSync(original, dataDir, { recursive: true });
  await server.createDatabase(base);
});

/** Under a key of one column and one of two; the last id that was given is not there any more. */
function growBeyondOneBatch(file: string): void {
  const db = new Database(file);
  db.exec(`
    insert into medicion (task_id, momento)
      with recursive n (i) as (select 1 union all select i + 1 from n where i < 2500)
      select 'medida-' || i, 1700000000000 + i from n;
    insert into metrica (nombre, medicion_id, valor)
      select 'latencia', id, id / 7.0 from medicion where task_id like 'medida-%';
    delete from medicion where id = (select max(id) from medicion)`);
  db.close();
}

/** More than are taken at once, as large as photos are. */
function addFotos(file: string): void {
  const db = new Database(file);
  db.exec(`
    insert into entrega_foto (entrega_id, sha256, tamano, usuario_id, subida, firmada, kid, datos)
      with recursive n (i) as (select 1 union all select i + 1 from n where i < 60)
      select (select min(id) from entrega), 'sha-' || i, 150000, 7, 1700000000000 + i, i % 2, 'k1',
        'v1:k1:' || i || hex(zeroblob(150000)) from n`);
  db.close();
}

const retired = (dir: string) => readdirSync(dir).filter((name) => name.includes('.trasladada-'));

/** Every row of every table and where each goes on counting, by database. */
function rowsOf(dir: string): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const name of NAMES) {
    const db = new Database(join(dir, `${name}.db`), { readonly: true });
    const tables = db.prepare<[], string>(
      "select name from sqlite_schema where type = 'table' order by name",
    );
    for (const table of tables.pluck().all()) {
      const all = db
        .prepare<[], object>(`select * from "${table}"`)
        .all()
        .map((row) => JSON.stringify(Object.entries(row).toSorted(([a], [b]) => (a < b ? -1 : 1))));
      found[`${name}.${table}`] = all.toSorted();
    }
    db.close();
  }
  return found;
}

const to = (tell: (line: string) => void = () => undefined) =>
  moveOwners(dataDir, { url: server.urlOf(base), into: 'postgres' }, tell);
const back = (tell: (line: string) => void = () => undefined, dir = dataDir) =>
  moveOwners(dir, { url: server.urlOf(base), into: 'sqlite' }, tell);

interface Told {
  code: number | null;
  output: string;
}

async function run(args: readonly string[], env: Record<string, string> = {}): Promise<Told> {
  const command = runCommand(process.execPath, [SCRIPT, ...args], {
    cwd: ROOT,
    env: { DATA_DIR: dataDir, ...env },
  });
  const { code } = await command.exit;
  return { code, output: command.lines.join('\n') };
}

test('all rows of all tables go there and come back, with what counts them', { timeout: SLOW }, async () => {
  const there = await run(['--to', server.urlOf(base)]);
  expect(there).toMatchObject({ code: 0 });
  const total = Object.values(rows).reduce((sum, table) => sum + table.length, 0);
  expect(total).toBeGreaterThan(5_000);
  const tables = Object.entries(rows).filter(([table]) => !table.endsWith('.sqlite_sequence'));
  for (const [table, all] of tables) expect(there.output).toContain(`${table}: ${all.length} filas, suma `);
  expect(retired(dataDir)).toHaveLength(NAMES.length);
  for (const name of retired(dataDir)) expect(there.output).toContain(join(dataDir, name));
  expect(NAMES.some((name) => existsSync(join(dataDir, `${name}.db`)))).toBe(false);

  const again = await run(['--from', server.urlOf(base)]);
  expect(again).toMatchObject({ code: 0 });
  expect(sumsOf(again.output)).toEqual(sumsOf(there.output));
  expect(rowsOf(dataDir)).toEqual(rows);
});

const sumsOf = (output: string) =>
  output
    .split('\n')
    .filter((line) => line.includes(', suma '))
    .toSorted();

test(
  'afterwards the platform starts on PostgreSQL and gives new rows new ids',
  { timeout: SLOW },
  async () => {
    await to();
    const DATABASE_URL = server.urlOf(base);
    const env = { ...(await freePorts()), DATA_DIR: dataDir, LOG_LEVEL: 'error', DATABASE_URL };
    const ids = () => server.query('select max(id)::int as last from logistica.evento', base);
    const [before] = await ids();
    const platform = runNpm(['start'], env);
    try {
      await platform.printed('MediSupply está listo');
      // What waited when the old platform was stopped goes on.
      await expect
        .poll(async () => Number((await ids())[0]?.['last']), { timeout: 60_000 })
        .toBeGreaterThan(Number(before?.['last']));
      expect(await run(['--from', DATABASE_URL])).toMatchObject({
        code: 2,
        output: expect.stringContaining('Ya hay un lanzador en marcha'),
      });
      const elsewhere = join(folder, `otra${count}`);
      await expect(back(undefined, elsewhere)).rejects.toThrow(
        /La plataforma está en marcha: usa 127\.0\.0\.1/,
      );
    } finally {
      platform.child.kill('SIGTERM');
      await platform.exit;
      await nothingLeft(dataDir);
    }
  },
);

test.each(['to', 'back'] as const)(
  'a move $0 that is interrupted at any moment is completed by the same command',
  { timeout: SLOW },
  async (direction) => {
    if (direction === 'back') await to();
    const move = direction === 'to' ? to : back;
    // One line further each time.
    let reached = 0;
    for (let isDone = false; !isDone; reached += 1) {
      let told = 0;
      isDone = await move(() => {
        if (told === reached) throw new Error('interrumpido');
        told += 1;
      }).then(
        () => true,
        (error: Error) => error.message !== 'interrumpido' && Promise.reject(error),
      );
    }
    expect(reached).toBeGreaterThan(NAMES.length);
    if (direction === 'to') await back();
    expect(rowsOf(dataDir)).toEqual(rows);
  },
);

test('a move that is killed is completed by the same command', { timeout: SLOW }, async () => {
  const child = spawn(process.execPath, [SCRIPT, '--to', server.urlOf(base)], {
    env: { PATH: process.env['PATH'], DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  const DATABASE_URL = server.urlOf(base);
  for (const name of NAMES) renameSync(join(dataDir, `${name}.db`), join(dataDir, `${name}.aparte`));
  const start = runNpm(['start'], {
    ...(await freePorts()),
    DATA_DIR: dataDir,
    LOG_LEVEL: 'error',
    DATABASE_URL,
  });
  expect(await start.exit).not.toMatchObject({ code: 0 });
  expect(start.lines.join('\n')).toContain('no ha terminado; repita npm run move-data');
  await expect(to()).rejects.toThrow(/El traslado a .* no había terminado, y .*autorizador\.db ya no está/);
  for (const name of NAMES) renameSync(join(dataDir, `${name}.aparte`), join(dataDir, `${name}.db`));

  expect(await run(['--to', DATABASE_URL])).toMatchObject({ code: 0 });
  await back();
  expect(rowsOf(dataDir)).toEqual(rows);
});

test('what is not empty is not written to', async () => {
  await server.query('create schema monitor; create table monitor.ajena (id int primary key)', base);
  await expect(to()).rejects.toThrow(/\/base\d+ \(monitor\) no está vacía/);
  expect(
    await server.query("select nspname from pg_namespace where nspname ~ '^(autor|logis)'", base),
  ).toEqual([]);
  expect(rowsOf(dataDir)).toEqual(rows);

  await server.query('drop schema monitor cascade', base);
  await to();
  const other = join(folder, `otra${count}`);
  cpSync(original, other, { recursive: true });
  const db = new Database(join(other, 'logistica.db'));
  db.exec('delete from evento where id = (select max(id) from evento)');
  db.close();
  await expect(back(undefined, other)).rejects.toThrow('logistica.db no está vacía');
});

test('while somebody works with it nothing is moved, and meanwhile nobody works with it', async () => {
  const db = new Database(join(dataDir, 'logistica.db'));
  db.exec('begin immediate');
  await expect(to()).rejects.toThrow(/La plataforma está en marcha: usa .*logistica\.db; deténgala y repita/);
  db.close();
  const lock = await lockDataDir(dataDir);
  expect(await run(['--to', server.urlOf(base)])).toMatchObject({
    code: 2,
    output: expect.stringContaining('Ya hay un lanzador en marcha'),
  });
  lock.release();

  const inUse: boolean[] = [];
  await to((line) => {
    if (line.includes('suma')) inUse.push(NAMES.every((name) => isInUse(join(dataDir, `${name}.db`))));
  });
  expect(new Set(inUse)).toEqual(new Set([true]));
});

test('the command line, an empty source and a server that is not there are told', async () => {
  expect(await run([])).toMatchObject({ code: 2, output: expect.stringContaining('uso: npm run move-data') });
  expect(await run(['--to', 'mysql://a/b'])).toMatchObject({
    code: 1,
    output: expect.stringContaining('Debe ser una dirección postgres://usuario@servidor/base'),
  });
  expect(await run(['--from', server.urlOf(base)])).toMatchObject({
    code: 2,
    output: expect.stringContaining('No hay nada que trasladar'),
  });
  expect(await run(['--to', 'postgres://postgres@127.0.0.1:9/base'])).toMatchObject({
    code: 1,
    output: expect.stringContaining('no se llega a 127.0.0.1:9/base'),
  });
});

test(
  'an owner can have an address of its own, and the password lies in a file',
  { timeout: SLOW },
  async () => {
    const own = `${base}_logistica`;
    await server.createDatabase(own);
    await server.query(`create role traslado_${count} login password 'secreta'`);
    for (const name of [base, own])
      await server.query(`grant create on database "${name}" to traslado_${count}`);
    await server.requirePasswordOf(`traslado_${count}`);
    const file = join(folder, 'contrasena');
    writeFileSync(file, 'secreta\n');
    const urlOf = (name: string) => server.urlOf(name).replace('postgres@', `traslado_${count}@`);
    const env = { DATABASE_PASSWORD_FILE: file, LOGISTICA_DATABASE_URL: urlOf(own) };
    expect(await run(['--to', urlOf(base)], env)).toMatchObject({ code: 0 });
    const schemas = (name: string) =>
      server.query(
        "select nspname::text as name from pg_namespace where nspname ~ '^(autor|logis|moni)' order by 1",
        name,
      );
    expect(await schemas(base)).toEqual([{ name: 'autorizador' }, { name: 'monitor' }]);
    expect(await schemas(own)).toEqual([{ name: 'logistica' }]);
    for (const name of retired(dataDir)) rmSync(join(dataDir, name));
    expect(await run(['--from', urlOf(base)], env)).toMatchObject({ code: 0 });
    expect(rowsOf(dataDir)).toEqual(rows);
  },
);
