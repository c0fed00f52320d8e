/** What older versions stored plain and in clear is sealed while everything goes on. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { canonicalBytes, sha256Hex } from '@medisupply/shared/security/canonical-json';
import type { Platform } from '../../../tests/support/platform.ts';
import { startPlatform, until } from '../../../tests/support/platform.ts';
import { createSellado } from '../src/sellado/sellado.ts';
import { call, createEntrega, signedBody, someFields } from './support.ts';

const USER = 7;
const SRC = join(import.meta.dirname, '../src');
/** The sealing of a process of its own. */
const PROGRAM = `
  import { readConfig } from '${SRC}/config.ts';
  import { createContainer } from '${SRC}/create-container.ts';
  (await createContainer(readConfig())).sellado.start();`;

let platform: Platform;
let as: string;
let db: Database.Database;

beforeEach(async () => {
  platform = await startPlatform();
  as = platform.token({ id: USER });
  db = new Database(join(platform.dataDir, 'logistica.db'), { timeout: 10_000 });
});

afterEach(async () => {
  db.close();
  await platform.close();
});

const headers = { 'idempotency-key': 'de-antes' };
const datos = { direccion: 'Calle de antes 1', pedido_id: 'PED-ANTES' };
const entrega = { ...datos, estado: 'EN_CAMINO' };

const create = (body: object = entrega) => call(platform, 'POST', '/entregas', { as, body, headers });
const read = async (id: number) => (await call(platform, 'GET', `/entrega/${id}`, { as })).body;

/** How many values are stored plain or in clear. */
const left = (): number =>
  Number(
    db
      .prepare(
        `select (select count(*) from idempotencia where huella not like 'h1:%') +
          (select count(*) from confirmacion where req_hash not like 'h1:%' or firma not like 'v1:%') +
          (select count(*) from entrega where firma not like 'v1:%')`,
      )
      .pluck()
      .get(),
  );
const isDone = (): boolean => db.prepare('select 1 from sellado').get() === undefined;

/** What an older version would have stored, and what the migration says of it. */
function makeOld(changes: () => void): void {
  changes();
  db.exec(
    `insert into sellado (tabla, vistas) values ('confirmacion', 0), ('entrega', 0), ('idempotencia', 0)`,
  );
}

/** Confirmed, unless `worker` delivers it. */
async function oneOfBefore() {
  const created = await create();
  const id: number = created.body.id;
  const body = await signedBody(platform, id, USER, someFields(datos));
  const confirmar = () => call(platform, 'POST', `/entrega/${id}/confirmar`, { as, body });
  const confirmed = await confirmar();
  expect(confirmed.status).toBe(202);
  const { firma_payload: firma, ...fields } = body;
  const signed = { ...fields, entrega_id: id, usuario_id: USER, firma };
  const makeItOld = () =>
    makeOld(() => {
      db.prepare('update idempotencia set huella = ?').run(sha256Hex(canonicalBytes(entrega)));
      db.prepare('update confirmacion set req_hash = ?, firma = ?').run(
        sha256Hex(canonicalBytes(signed)),
        firma,
      );
      db.prepare('update entrega set firma = ? where firma is not null').run(firma);
    });
  /** Asks again what was asked before. */
  async function expectSameAnswers() {
    const replayed = await create();
    expect(replayed).toMatchObject({ status: 201, body: created.body });
    expect(replayed.headers['idempotent-replayed']).toBe('true');
    expect((await create({ ...entrega, direccion: 'Otra calle' })).status).toBe(422);
    expect(await confirmar()).toMatchObject({ status: 202, body: confirmed.body });
  }
  return { id, makeItOld, expectSameAnswers };
}

test('when rows of an older version are sealed, then requests are answered before and after as ever, and none is left', async () => {
  const worker = await platform.startWorker();
  const old = await oneOfBefore();
  await until(async () => (await read(old.id)).estado === 'ENTREGADA');
  await worker.close();
  old.makeItOld();
  expect(left()).toBe(3);
  const before = await read(old.id);
  expect(before).toMatchObject({ firma_verificada: true, firma_clave: { kid: expect.any(String) } });
  await old.expectSameAnswers();

  platform.logistica.container.sellado.start();
  await until(isDone);
  expect(left()).toBe(0);
  expect(await read(old.id)).toEqual(before);
  await old.expectSameAnswers();
  await until(() => platform.logs.some((line) => line.includes('ya no hay huellas ni firmas')));
});

test('when a confirmation of an older version still waits, sealed or not, then it is verified and applied', async () => {
  const old = await oneOfBefore();
  old.makeItOld();
  db.exec("update confirmacion set verificada = 'pendiente', jti = null");
  const id = await createEntrega(platform, USER);
  const body = await signedBody(platform, id, USER);
  expect((await call(platform, 'POST', `/entrega/${id}/confirmar`, { as, body })).status).toBe(202);
  db.exec("update confirmacion set verificada = 'pendiente', jti = null");
  await platform.startWorker();
  for (const one of [old.id, id]) {
    await until(async () => (await read(one)).estado === 'ENTREGADA');
    expect(await read(one)).toMatchObject({ firma_verificada: true });
  }
  platform.logistica.container.sellado.start();
  await until(isDone);
  expect(left()).toBe(0);
});

test('when two processes seal and both are stopped halfway, then another goes on, and each row is as it was', async () => {
  const rows = 3_000;
  await createEntrega(platform, USER);
  makeOld(() =>
    db.exec(`with recursive n(i) as (select 1 union all select i + 1 from n where i < ${rows})
      insert into entrega (direccion, pedido_id, estado, creada_por, creada, actualizada, firma)
      select 'x', 'P', 'ENTREGADA', 'usuario:7', i, i, 'firma..' || i from n`),
  );
  const { database, cipher, hashSeal, logger } = platform.logistica.container;
  const both = [0, 1].map(() => createSellado({ database, cipher, hashSeal, logger }));
  for (const one of both) one.start();
  await until(() => left() < rows);
  for (const one of both) await one.stop();
  const rest = left();
  expect(rest).toBeGreaterThan(0);
  expect(db.prepare("select vistas from sellado where tabla = 'entrega'").pluck().get()).toBe(
    rows + 1 - rest,
  );

  // As a process that was killed: nothing but the database is left of it.
  const killed = spawn(process.execPath, ['--input-type=module', '--eval', PROGRAM], {
    env: { ...process.env, ...platform.env('logistica-inventario') },
    stdio: 'ignore',
  });
  await until(() => left() < rest);
  killed.kill('SIGKILL');
  await once(killed, 'exit');

  platform.logistica.container.sellado.start();
  await until(isDone);
  const stored = db.prepare<[], { id: number; creada: number; firma: string }>(
    'select id, creada, firma from entrega where firma is not null',
  );
  for (const { id, creada, firma } of stored.iterate())
    expect(cipher.decrypt(firma, `entrega|firma|${id}`)).toBe(`firma..${creada}`);
});
