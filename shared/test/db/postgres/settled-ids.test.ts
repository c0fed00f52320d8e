/** Ids are not in the order of commits: what reads "after id N" must leave nothing out. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OpenDatabase } from '../../../src/db/open-database.ts';
import { insertEventos } from '../../../src/queueing/store/eventos.ts';
import { createOutboxTables } from '../../../src/queueing/store/migration.ts';
import type { OutboxTables } from '../../../src/queueing/store/tables.ts';
import type { PostgresServer } from '../../../src/testing/postgres-server.ts';
import { startPostgres } from '../../../src/testing/postgres-server.ts';
import { open } from './support.ts';

let server: PostgresServer;
let database: OpenDatabase<OutboxTables>;

beforeAll(async () => {
  server = await startPostgres();
  await server.createDatabase('prueba');
  database = await open<OutboxTables>(server, 'prueba', { '001': { up: createOutboxTables } });
}, 60_000);
afterAll(async () => {
  await database.close();
  await server.stop();
});

/** A unit that writes an event and stays open until it is let go. */
async function writeAndWait() {
  const wrote = Promise.withResolvers<void>();
  const letGo = Promise.withResolvers<void>();
  const done = database.unitOfWork.write(async (tx) => {
    await insertEventos(tx, [{ tipo: 'creada', momento: 1 }]);
    wrote.resolve();
    await letGo.promise;
  });
  await wrote.promise;
  return {
    async commit() {
      letGo.resolve();
      await done;
    },
  };
}

const visible = async () =>
  (await database.read.selectFrom('evento').select('id').orderBy('id').execute()).map(({ id }) => id);

test('when a row appears below one that is there already, then nobody had been told that it would not', async () => {
  expect(await database.settledId('evento')).toBe(0);
  const first = await writeAndWait();
  const second = await writeAndWait();
  await second.commit();
  expect(await visible()).toEqual([2]);
  expect(await database.settledId('evento')).toBe(0);
  await first.commit();
  expect(await visible()).toEqual([1, 2]);
  await expect.poll(() => database.settledId('evento')).toBe(2);

  // The older transaction may also be the one with the higher id.
  const older = await (async () => {
    const begun = Promise.withResolvers<void>();
    const write = Promise.withResolvers<void>();
    const done = database.unitOfWork.write(async (tx) => {
      begun.resolve();
      await write.promise;
      await insertEventos(tx, [{ tipo: 'creada', momento: 1 }]);
    });
    await begun.promise;
    return { commit: () => (write.resolve(), done) };
  })();
  const younger = await writeAndWait();
  await older.commit();
  expect(await visible()).toEqual([1, 2, 4]);
  expect(await database.settledId('evento')).toBe(2);
  await younger.commit();
  await expect.poll(() => database.settledId('evento')).toBe(4);
});

test('when ids were given to what was undone, then they hold up nothing', async () => {
  await database.unitOfWork
    .write(async (tx) => {
      await insertEventos(tx, [{ tipo: 'creada', momento: 1 }]);
      throw new Error('se arrepintió');
    })
    .catch(() => undefined);
  await expect.poll(() => database.settledId('evento')).toBe(5);
});
