/** What lies in PostgreSQL goes into a backup and comes back, with the programs of Debian's PostgreSQL where they are. */
import { globSync, chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clientProgram, programFolders } from '@medisupply/shared/db/postgres/client-program';
import { ensureSecrets } from '@medisupply/shared/security/secrets';
import type { PostgresServer } from '@medisupply/shared/testing/postgres-server';
import { startPostgres } from '@medisupply/shared/testing/postgres-server';
import { moveOwners } from '../../scripts/move-data/move-owners.ts';
import { ROOT, runCommand } from '../launcher/launch.ts';
import { layOutDataDir } from '../upgrade/first-installation.ts';

const SLOW = 120_000;
const NAMES = ['autorizador', 'logistica', 'monitor'];
/** A server that the pg_dump beside it can read; npm's has none. */
const BIN = globSync('/usr/lib/postgresql/*/bin/pg_dump').map((path) => path.slice(0, -'/pg_dump'.length))[0];

let folder: string;
let dataDir: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medisupply-copia-'));
}, SLOW);

afterAll(() => rm(folder, { recursive: true, force: true }));

interface Told {
  code: number | null;
  said: string;
}

async function run(
  script: 'backup' | 'restore',
  args: readonly string[],
  env: Record<string, string>,
): Promise<Told> {
  const command = runCommand(process.execPath, [join(ROOT, 'scripts', `${script}.ts`), ...args], {
    cwd: folder,
    env: { DATA_DIR: dataDir, ...env },
  });
  const { code } = await command.exit;
  return { code, said: command.lines.join('\n') };
}

describe.skipIf(BIN === undefined)("with Debian's postgresql", () => {
  let server: PostgresServer;
  let count = 0;

  beforeAll(async () => {
    server = await startPostgres({ bin: BIN! });
    dataDir = layOutDataDir(folder);
    ensureSecrets(join(dataDir, 'secrets'));
    await server.createDatabase('origen');
    await moveOwners(dataDir, { url: server.urlOf('origen'), into: 'postgres' }, () => undefined);
  }, SLOW);

  afterAll(() => server.stop(), SLOW);

  async function emptyDatabase(): Promise<string> {
    count += 1;
    await server.createDatabase(`vacia${count}`);
    return `vacia${count}`;
  }

  /** Every row of every table and where each goes on counting. */
  async function contentsOf(database: string): Promise<Record<string, string[]>> {
    const list = NAMES.map((name) => `'${name}'`).join();
    const tables = await server.query(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in (${list}) order by 1`,
      database,
    );
    const found: Record<string, string[]> = {};
    for (const { name } of tables)
      found[String(name)] = (
        await server.query(`select to_jsonb(t)::text as row from ${String(name)} t order by 1`, database)
      ).map(({ row }) => String(row));
    found['objetos'] = (
      await server.query(
        `select format('%s %s %s', relkind, relname, pg_sequence_last_value(case relkind when 'S' then oid end)) as what
          from pg_class where relnamespace::regnamespace::text in (${list}) order by 1`,
        database,
      )
    ).map(({ what }) => String(what));
    return found;
  }

  test('every row of every table comes back, with the secrets', { timeout: SLOW }, async () => {
    const copy = join(folder, 'copia.tar');
    const made = await run('backup', [copy], { DATABASE_URL: server.urlOf('origen') });
    expect(made).toMatchObject({ code: 0 });
    for (const name of NAMES) expect(made.said).toContain(`${name}.dump`);

    const into = await emptyDatabase();
    const elsewhere = { DATABASE_URL: server.urlOf(into), DATA_DIR: join(folder, 'otra') };
    const restored = await run('restore', [copy], elsewhere);
    expect(restored).toMatchObject({ code: 0 });
    const original = await contentsOf('origen');
    expect(Object.values(original).flat().length).toBeGreaterThan(300);
    expect(await contentsOf(into)).toEqual(original);
    const secret = 'secrets/autorizador/token_keys.json';
    expect(readFileSync(join(folder, 'otra', secret), 'utf8')).toBe(
      readFileSync(join(dataDir, secret), 'utf8'),
    );

    // What is not empty stays as it is.
    await server.query('delete from logistica.evento', into);
    const again = await run('restore', [copy, '--reemplazar'], elsewhere);
    expect(again).toMatchObject({
      code: 1,
      said: expect.stringMatching(/\/vacia\d+ \(\w+\) no está vacía; restaure/),
    });
    expect(await server.query('select 1 from logistica.evento', into)).toEqual([]);

    const withoutAddress = await run('restore', [copy], { DATA_DIR: join(folder, 'ninguna') });
    expect(withoutAddress).toMatchObject({ code: 1, said: expect.stringContaining('diga con DATABASE_URL') });
  });

  test('roles that reach one schema each are enough', { timeout: SLOW }, async () => {
    const database = await emptyDatabase();
    const env: Record<string, string> = {};
    for (const name of NAMES) {
      const role = `copia_${name}`;
      await server.query(`create role ${role} login password 'secreta'`, database);
      await server.query(`create schema ${name} authorization ${role}`, database);
      await server.requirePasswordOf(role);
      const url = server.urlOf(database).replace('postgres@', `${role}@`);
      env[`${name.toUpperCase()}_DATABASE_URL`] = url;
      writeFileSync(join(folder, `${name}_database_password`), 'secreta\n');
      env[`${name.toUpperCase()}_DATABASE_PASSWORD_FILE`] = join(folder, `${name}_database_password`);
    }
    const plain = join(folder, 'plena.tar');
    expect(await run('backup', [plain], { DATABASE_URL: server.urlOf('origen') })).toMatchObject({
      code: 0,
    });
    expect(await run('restore', [plain], { ...env, DATA_DIR: join(folder, 'roles') })).toMatchObject({
      code: 0,
    });
    expect(await contentsOf(database)).toEqual(await contentsOf('origen'));
    const copy = join(folder, 'de-roles.tar');
    expect(await run('backup', [copy], { ...env, DATA_DIR: join(folder, 'roles') })).toMatchObject({
      code: 0,
    });
  });

  test(
    'what one transaction writes meanwhile is in the schemas of all owners or of none',
    { timeout: SLOW },
    async () => {
      const database = await emptyDatabase();
      for (const name of NAMES)
        await server.query(`create schema ${name}; create table ${name}.testigo (id int)`, database);
      const over = new AbortController();
      const write = async () => {
        for (let id = 0; !over.signal.aborted; id += 1)
          await server.query(
            NAMES.map((name) => `insert into ${name}.testigo values (${id})`).join(';'),
            database,
          );
      };
      const written = write();
      const copy = join(folder, 'mientras.tar');
      const made = await run('backup', [copy], { DATABASE_URL: server.urlOf(database) });
      over.abort();
      await written;
      expect(made).toMatchObject({ code: 0 });
      const into = await emptyDatabase();
      const target = { DATABASE_URL: server.urlOf(into), DATA_DIR: join(folder, 'mientras') };
      expect(await run('restore', [copy], target)).toMatchObject({ code: 0 });
      const { objetos: _, ...rows } = await contentsOf(into);
      expect(rows['autorizador.testigo']!.length).toBeGreaterThan(0);
      for (const name of NAMES) expect(rows[`${name}.testigo`]).toEqual(rows['autorizador.testigo']);
    },
  );

  test(
    'a restore that was interrupted is completed by the same command, and nothing starts before',
    { timeout: SLOW },
    async () => {
      const copy = join(folder, 'interrumpida.tar');
      expect(await run('backup', [copy], { DATABASE_URL: server.urlOf('origen') })).toMatchObject({
        code: 0,
      });
      const into = await emptyDatabase();
      const target = { DATABASE_URL: server.urlOf(into), DATA_DIR: join(folder, 'interrumpida') };
      // The last of the three cannot be put there.
      await server.query(
        'create schema monitor; create function monitor.ajena() returns int language sql as $$select 1$$',
        into,
      );
      await server.query('create domain monitor.medicion as int', into);
      const broken = await run('restore', [copy], target);
      expect(broken).toMatchObject({
        code: 1,
        said: expect.stringMatching(/\(monitor\): pg_restore: .*medicion/s),
      });
      expect(await server.query('select count(*)::int as n from logistica.traslado', into)).toEqual([
        { n: 1 },
      ]);
      await server.query('drop domain monitor.medicion; drop function monitor.ajena()', into);
      expect(await run('restore', [copy], target)).toMatchObject({ code: 0 });
      expect(await contentsOf(into)).toEqual(await contentsOf('origen'));
    },
  );

  test('a backup of SQLite says how it comes to PostgreSQL', { timeout: SLOW }, async () => {
    const onFiles = join(folder, 'archivos');
    mkdirSync(onFiles);
    ensureSecrets(join(onFiles, 'secrets'));
    for (const name of globSync('*.db.trasladada-*', { cwd: dataDir }))
      renameSync(join(dataDir, name), join(onFiles, name.replace(/\.trasladada.*/, '')));
    const copy = join(folder, 'archivos.tar');
    expect(await run('backup', [copy], { DATA_DIR: onFiles })).toMatchObject({ code: 0 });
    const target = { DATABASE_URL: server.urlOf(await emptyDatabase()), DATA_DIR: join(folder, 'ahora') };
    expect(await run('restore', [copy], target)).toMatchObject({
      code: 1,
      said: 'DATABASE_URL: la copia tiene autorizador de SQLite; quite DATABASE_URL, restáurela, y llévela a PostgreSQL con npm run move-data',
    });
  });
});

describe('the programs of PostgreSQL', () => {
  function programsOf(...versions: number[]): string[] {
    return versions.map((version) => {
      const bin = join(folder, `programas-${version}`);
      mkdirSync(bin, { recursive: true });
      writeFileSync(join(bin, 'pg_dump'), `#!/bin/sh\necho "pg_dump (PostgreSQL) ${version}.3 (Debian)"\n`);
      chmodSync(join(bin, 'pg_dump'), 0o755);
      return bin;
    });
  }

  test('when there are several, then the one of the server is taken, or the next', async () => {
    const folders = programsOf(18, 15, 17);
    expect(await clientProgram('pg_dump', 15, folders)).toBe(join(folders[1]!, 'pg_dump'));
    expect(await clientProgram('pg_dump', 16, folders)).toBe(join(folders[2]!, 'pg_dump'));
  });

  test.each([
    ['there is none', [], 'y aquí no hay ninguno'],
    ['the server is newer', [15, 17], 'y aquí solo hay el 15 y el 17'],
  ])('when %s, then it says so, and what to install', async (_what, versions, there) => {
    await expect(clientProgram('pg_dump', 18, programsOf(...versions))).rejects.toThrow(
      `El servidor es PostgreSQL 18: hace falta pg_dump 18 o posterior, ${there}; instale postgresql-client-18`,
    );
  });
});

test(
  'when no pg_dump here can read the server, then there is no backup at all',
  { timeout: SLOW },
  async ({ skip }) => {
    const newest = await startPostgres();
    dataDir = join(folder, 'nuevo');
    ensureSecrets(join(dataDir, 'secrets'));
    try {
      const [row] = await newest.query(
        "select current_setting('server_version_num')::int / 10000 as version",
      );
      const version = Number(row?.['version']);
      const there = await clientProgram('pg_dump', version, programFolders(process.env)).catch(
        () => undefined,
      );
      if (there !== undefined) skip(`${there} reads PostgreSQL ${version}`);
      const made = await run('backup', [join(folder, 'sin-programa.tar')], {
        DATABASE_URL: newest.urlOf('postgres'),
      });
      expect(made).toMatchObject({
        code: 1,
        said: expect.stringContaining(`hace falta pg_dump ${version} o posterior`),
      });
      expect(
        globSync('sin-programa*', { cwd: folder }).concat(globSync('.copia-*', { cwd: dataDir })),
      ).toEqual([]);
    } finally {
      await newest.stop();
    }
  },
);
