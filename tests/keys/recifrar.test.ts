import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fieldKeyRing } from '@medisupply/shared/security/field-cipher';
import { call, confirm, createEntrega } from '../../services/logistica-inventario/test/support.ts';
import { largeJpeg, readFoto, sendFoto } from '../../services/logistica-inventario/test/fotos.ts';
import type { Platform } from '../support/platform.ts';
import { startPlatform, until } from '../support/platform.ts';

const KEYS = join(import.meta.dirname, '../../scripts/keys.ts');
const USER = 7;

let platform: Platform;

beforeEach(async () => {
  platform = await startPlatform();
});
afterEach(() => platform.close());

const env = () => ({ ...process.env, DATA_DIR: platform.dataDir });
const keys = (...words: string[]): string =>
  execFileSync(process.execPath, [KEYS, ...words], { env: env(), encoding: 'utf8', stdio: 'pipe' });
const ringOf = (reader: string) =>
  fieldKeyRing.parse(
    JSON.parse(readFileSync(join(platform.dataDir, 'secrets', reader, 'field_keys.json'), 'utf8')),
  );

/** The keys that wrote what is stored now, in whatever table and column: a forgotten one would lose its data. */
function kidsInUse(): Set<string> {
  const db = new Database(join(platform.dataDir, 'logistica.db'), { readonly: true });
  const columns = db
    .prepare<[], { tabla: string; columna: string }>(
      `select t.name as tabla, c.name as columna from sqlite_schema t, pragma_table_info(t.name) c
       where t.type = 'table' and c.type = 'TEXT'`,
    )
    .all();
  const kids = columns.flatMap(({ tabla, columna }) =>
    db
      .prepare<[], string>(
        `select distinct substr(${columna}, 4, 9) from ${tabla} where ${columna} like 'v1:k%'`,
      )
      .pluck()
      .all(),
  );
  db.close();
  return new Set(kids);
}

const entrega = async (id: number) =>
  (await call(platform, 'GET', `/entrega/${id}`, { as: platform.token({ id: USER }) })).body;

/** Created, confirmed and waiting, delivered. */
async function someRows(worker: () => Promise<unknown>) {
  const delivered = (await confirm(platform, USER)).body.entrega_id;
  await worker();
  await until(async () => (await entrega(delivered)).estado === 'ENTREGADA');
  const created = await createEntrega(platform, USER, { destinatario: 'Eva Gil' });
  const as = platform.token({ id: USER });
  const body = { motivo: 'AUSENTE', detalle: 'Nadie abre' };
  await call(platform, 'POST', `/entrega/${created}/intento-fallido`, { as, body });
  for (const seed of [1, 2, 3]) await sendFoto(platform, created, foto(seed), as);
  for (let n = 0; n < 5; n += 1) await sendFoto(platform, await createEntrega(platform, USER), foto(n), as);
  return { created, delivered };
}

const foto = (seed: number) => largeJpeg(5_000, seed);

test('when the field keys are revoked, then the new one writes, and the old one opens until everything was encrypted again', async () => {
  const { created, delivered } = await someRows(() => platform.startWorker());
  const before = [await entrega(created), await entrega(delivered)];
  const old = ringOf('worker');
  keys('revoke', 'campos');
  const ring = ringOf('worker');
  expect(Object.keys(ring.keys)).toEqual(expect.arrayContaining([old.actual, ring.actual]));
  expect([old.actual, old.siguiente]).not.toContain(ring.actual);

  const after = await createEntrega(platform, USER);
  expect(kidsInUse()).toEqual(new Set([old.actual, ring.actual]));
  expect([await entrega(created), await entrega(delivered)]).toEqual(before);

  expect(keys('recifrar')).toContain('las claves anteriores ya no existen');
  expect(kidsInUse()).toEqual(new Set([ring.actual]));
  for (const reader of ['worker', 'logistica-inventario'])
    expect(new Set(Object.keys(ringOf(reader).keys))).toEqual(new Set([ring.actual, ring.siguiente]));
  expect([await entrega(created), await entrega(delivered)]).toEqual(before);
  expect(before[0]).toMatchObject({ destinatario: 'Eva Gil', historial: [{}, { detalle: 'Nadie abre' }] });
  expect((await readFoto(platform, created, platform.token({ id: USER }))).bytes).toEqual(foto(3));
  const kids = platform.logistica.container.database.read.selectFrom('entrega_foto').select('kid');
  expect(await kids.distinct().execute()).toEqual([{ kid: ring.actual }]);
  expect((await entrega(after)).direccion).toBe((await entrega(created)).direccion);
  expect((await confirm(platform, USER)).status).toBe(202);
});

test('when a confirmation was accepted under the old key and is applied after it was deleted, then it is applied with what was confirmed', async () => {
  const { body } = await confirm(platform, USER);
  keys('revoke', 'campos');
  keys('recifrar');
  await platform.startWorker();
  await until(async () => (await entrega(body.entrega_id)).estado === 'ENTREGADA');
  expect(await entrega(body.entrega_id)).toMatchObject({ firma_verificada: true, nombre_recibe: 'Ana Díaz' });
});

test('when a signature is stored in clear as older versions did, then it is encrypted with the rest', async () => {
  const { delivered } = await someRows(() => platform.startWorker());
  const before = await entrega(delivered);
  expect(before.firma_verificada).toBe(true);
  const { database, cipher } = platform.logistica.container;
  const { firma } = await database.read
    .selectFrom('entrega')
    .select('firma')
    .where('id', '=', delivered)
    .executeTakeFirstOrThrow();
  const clear = cipher.decrypt(firma ?? '', `entrega|firma|${delivered}`);
  await database.unitOfWork.write((tx) =>
    tx.updateTable('entrega').set({ firma: clear }).where('id', '=', delivered).execute(),
  );
  keys('revoke', 'campos');
  keys('recifrar');
  const after = await database.read
    .selectFrom('entrega')
    .select('firma')
    .where('firma', 'is not', null)
    .execute();
  expect(after).toHaveLength(1);
  expect(after.every((row) => row.firma?.startsWith(`v1:${ringOf('worker').actual}:`))).toBe(true);
  expect(await entrega(delivered)).toEqual(before);
});

test('when it is killed in the middle, then it goes on where it was, and the keys are deleted only at the end', async () => {
  for (let i = 0; i < 300; i++) await createEntrega(platform, USER);
  const old = ringOf('worker').actual;
  keys('revoke', 'campos');
  const { actual } = ringOf('worker');
  const left = () => {
    const db = new Database(join(platform.dataDir, 'logistica.db'), { readonly: true });
    const count = db
      .prepare<[string], number>('select count(*) from entrega where substr(direccion, 4, 9) = ?')
      .pluck()
      .get(old);
    db.close();
    return count ?? 0;
  };
  const killed = spawn(process.execPath, [KEYS, 'recifrar'], { env: env(), stdio: 'ignore' });
  await until(() => left() < 300);
  killed.kill('SIGKILL');
  await once(killed, 'exit');
  expect(Object.keys(ringOf('worker').keys)).toContain(old);
  const rest = left();
  expect(keys('recifrar')).toContain(`recifradas 0 de ${rest} filas`);
  expect(kidsInUse()).toEqual(new Set([actual]));
  expect(Object.keys(ringOf('worker').keys)).not.toContain(old);
});

test('when a value was damaged, then it is named and no key is deleted', async () => {
  const id = await createEntrega(platform, USER);
  const old = ringOf('worker').actual;
  keys('revoke', 'campos');
  const { database } = platform.logistica.container;
  await database.unitOfWork.write((tx) =>
    tx
      .updateTable('entrega')
      .set({ direccion: `v1:${old}:AAAA:AAAA:AAAA` })
      .where('id', '=', id)
      .execute(),
  );
  expect(() => keys('recifrar')).toThrow(new RegExp(`entrega ${id}, direccion[^]*copia de seguridad`));
  expect(Object.keys(ringOf('worker').keys)).toContain(old);
});

test('when the database is somewhere else, then the command says how to name it', () => {
  expect(() =>
    execFileSync(process.execPath, [KEYS, 'recifrar', '--datos', '/nonexistent'], {
      env: env(),
      stdio: 'pipe',
    }),
  ).toThrow(/no hay ninguna base de datos en \/nonexistent; indique su carpeta con --datos/);
});
