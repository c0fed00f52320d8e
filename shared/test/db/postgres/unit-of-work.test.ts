/** What a unit of work is on PostgreSQL, where many of them run at once. */
import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { DatabaseBusy } from '../../../src/db/database-busy.ts';
import { open } from './support.ts';
import type { OpenDatabase } from '../../../src/db/open-database.ts';
import { guardedByRows } from '../../../src/db/unit-of-work.ts';
import type { PostgresServer } from '../../../src/testing/postgres-server.ts';
import { startPostgres } from '../../../src/testing/postgres-server.ts';

interface Tables {
  cuenta: { id: number; saldo: number; nota: string | null };
}

const migrations = {
  '001-cuenta': {
    up: async (db: Kysely<unknown>) => {
      await sql`create table cuenta (
        id integer primary key autoincrement, saldo integer not null, nota text unique
      ) strict`.execute(db);
    },
  },
};

let server: PostgresServer;
let database: OpenDatabase<Tables>;

beforeAll(async () => {
  server = await startPostgres();
}, 60_000);
afterAll(() => server.stop());

beforeEach(async () => {
  await server.createDatabase('prueba');
  database = await open<Tables>(server, 'prueba', migrations);
  await database.unitOfWork.write((tx) =>
    tx
      .insertInto('cuenta')
      .values([
        { id: 1, saldo: 100, nota: null },
        { id: 2, saldo: 100, nota: null },
      ])
      .execute(),
  );
});
afterEach(async () => {
  await database.close();
  await server.query('drop database prueba with (force)');
});

const saldos = async () =>
  (await database.read.selectFrom('cuenta').select('saldo').orderBy('id').execute()).map(
    ({ saldo }) => saldo,
  );

const CUT = `select pg_terminate_backend(pid) from pg_stat_activity where datname = 'prueba'`;

/** Takes from an account what both hold together, as long as that is there: each unit reads what the others write. */
const takeTogether = (id: number, amount: number) =>
  database.unitOfWork.write(async (tx) => {
    const rows = await tx.selectFrom('cuenta').select('saldo').execute();
    if (rows.reduce((sum, { saldo }) => sum + saldo, 0) < amount) return false;
    await tx
      .updateTable('cuenta')
      .set((eb) => ({ saldo: eb('saldo', '-', amount) }))
      .where('id', '=', id)
      .execute();
    return true;
  });

test('when many units decide by what the others change, then the outcome is that of one after another', async () => {
  const taken = await Promise.all(Array.from({ length: 30 }, (_, n) => takeTogether(1 + (n % 2), 15)));
  expect(taken.filter(Boolean)).toHaveLength(13);
  expect((await saldos()).reduce((sum, saldo) => sum + saldo, 0)).toBe(5);
});

test('when two units change the same rows in opposite order, then the deadlock is nobody’s concern', async () => {
  let met = 0;
  const both = Promise.withResolvers<void>();
  const move = (first: number, second: number) =>
    database.unitOfWork.write(async (tx) => {
      const add = (id: number) =>
        tx
          .updateTable('cuenta')
          .set((eb) => ({ saldo: eb('saldo', '+', 1) }))
          .where('id', '=', id)
          .execute();
      await add(first);
      if ((met += 1) >= 2) both.resolve();
      await both.promise;
      await add(second);
    });
  await Promise.all([move(1, 2), move(2, 1)]);
  expect(await saldos()).toEqual([102, 102]);
  expect(met).toBeGreaterThan(2);
});

test('when two units insert the same after having looked, then one of them sees it when it looks again', async () => {
  let met = 0;
  const both = Promise.withResolvers<void>();
  const insertOnce = () =>
    database.unitOfWork.write(async (tx) => {
      const found = await tx.selectFrom('cuenta').select('id').where('nota', '=', 'una').execute();
      if ((met += 1) >= 2) both.resolve();
      await both.promise;
      if (found.length > 0) return false;
      await tx
        .insertInto('cuenta')
        .values({ id: met + 10, saldo: 0, nota: 'una' })
        .execute();
      return true;
    });
  const inserted = await Promise.all([insertOnce(), insertOnce()]);
  expect(inserted.filter(Boolean)).toHaveLength(1);
});

test('when a unit has its table alone, then it waits for those under way, sees what they did, and keeps others waiting', async () => {
  const wrote = Promise.withResolvers<void>();
  const letGo = Promise.withResolvers<void>();
  const earlier = database.unitOfWork.write(async (tx) => {
    await tx.updateTable('cuenta').set({ saldo: 1 }).where('id', '=', 1).execute();
    wrote.resolve();
    await letGo.promise;
  }, guardedByRows);
  await wrote.promise;
  const order: string[] = [];
  const alone = database.unitOfWork.write(
    async (tx) => {
      const { saldo } = await tx
        .selectFrom('cuenta')
        .select('saldo')
        .where('id', '=', 1)
        .executeTakeFirstOrThrow();
      order.push(`sola: ${saldo}`);
    },
    { alone: ['cuenta'] },
  );
  await expect.poll(() => server.query(`select 1 from pg_locks where not granted`)).toHaveLength(1);
  const later = database.unitOfWork.write(async (tx) => {
    await tx.selectFrom('cuenta').select('id').execute();
    order.push('otra');
  }, guardedByRows);
  letGo.resolve();
  await Promise.all([earlier, alone, later]);
  expect(order).toEqual(['sola: 1', 'otra']);
});

test('when a rule is really broken, then the unit fails with it and leaves nothing', async () => {
  const twice = database.unitOfWork.write(async (tx) => {
    await tx.updateTable('cuenta').set({ saldo: 0 }).execute();
    await tx.insertInto('cuenta').values({ id: 1, saldo: 0, nota: null }).execute();
  });
  await expect(twice).rejects.toMatchObject({ code: '23505' });
  expect(await saldos()).toEqual([100, 100]);
});

test('when connections are cut under units and between them, then they go through on others', async () => {
  let runs = 0;
  const add = () =>
    database.unitOfWork.write(async (tx) => {
      await tx
        .updateTable('cuenta')
        .set((eb) => ({ saldo: eb('saldo', '+', 1) }))
        .where('id', '=', 1)
        .execute();
      if ((runs += 1) === 1) await server.query(CUT);
      await tx.selectFrom('cuenta').select('id').execute();
    });
  await add();
  expect(runs).toBe(2);
  await server.query(CUT);
  await expect.poll(() => add().then(() => 'bien')).toBe('bien');
  expect((await saldos())[0]).toBe(102);
});

test('when a connection ends under many, then nobody hears of an error that nobody caught', async () => {
  const uncaught: unknown[] = [];
  const listener = (error: unknown) => uncaught.push(error);
  process.on('uncaughtException', listener);
  const busy = Array.from({ length: 8 }, () =>
    database.unitOfWork
      .write(async (tx) => {
        await sql`select pg_sleep(0.3)`.execute(tx);
      })
      .catch(() => undefined),
  );
  for (let round = 0; round < 5; round++) await server.query(CUT);
  await Promise.all(busy);
  process.off('uncaughtException', listener);
  expect(uncaught).toEqual([]);
});

test('when the server is gone, then reads and writes are a 503 soon, and go through when it is back', async () => {
  await server.kill();
  const started = performance.now();
  for (const attempt of [takeTogether(1, 1), saldos()]) {
    const error: unknown = await attempt.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DatabaseBusy);
    expect(error).toMatchObject({ status: 503, headers: { 'Retry-After': '2' } });
  }
  expect(performance.now() - started).toBeLessThan(4_000);
  expect(await database.state()).toMatchObject({ status: 'error', error: 'ECONNREFUSED' });
  await server.start();
  expect(await takeTogether(1, 1)).toBe(true);
  expect(await saldos()).toEqual([99, 100]);
  expect(await database.state()).toMatchObject({ status: 'ok', schema: '001-cuenta', error: null });
});

test(
  'when the server stands still, then nobody waits for ever, and it goes on',
  { timeout: 40_000 },
  async () => {
    server.signal('SIGSTOP');
    await expect(saldos()).rejects.toBeInstanceOf(DatabaseBusy);
    server.signal('SIGCONT');
    await expect.poll(() => takeTogether(1, 1).catch(() => false), { timeout: 5_000 }).toBe(true);
  },
);

test('when it is closed with units under way, then they are finished first and later ones refused', async () => {
  const writing = takeTogether(1, 1);
  const closing = database.unitOfWork.close();
  await expect(takeTogether(1, 1)).rejects.toMatchObject({ status: 503 });
  await closing;
  await expect(writing).resolves.toBe(true);
});

test('when numbers, sums and counts are read, then they are numbers as from SQLite', async () => {
  const row = await database.read
    .selectFrom('cuenta')
    .select((eb) => [eb.fn.countAll<number>().as('n'), eb.fn.sum<number>('saldo').as('suma')])
    .executeTakeFirstOrThrow();
  expect(row).toEqual({ n: 2, suma: 200 });
  await database.unitOfWork.write((tx) =>
    tx.updateTable('cuenta').set({ saldo: Number.MAX_SAFE_INTEGER }).where('id', '=', 1).execute(),
  );
  expect((await saldos())[0]).toBe(Number.MAX_SAFE_INTEGER);
  expect(await database.read.selectFrom('cuenta').select('id').where('id', 'in', []).execute()).toEqual([]);
  expect(await database.read.selectFrom('cuenta').select('id').where('nota', '=', 'a\0').execute()).toEqual(
    [],
  );
});
