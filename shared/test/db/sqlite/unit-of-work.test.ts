import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { databaseWork } from '../../../src/db/database-work.ts';
import { migrate } from '../../../src/db/sqlite/migrate.ts';
import type { OpenDatabase } from '../../../src/db/open-database.ts';
import { openSqlite } from '../../../src/db/sqlite/open-sqlite.ts';

interface Tables {
  cuenta: { id: number; saldo: number };
}

const migrations = {
  '001-cuenta': {
    up: async (db: import('kysely').Kysely<unknown>) => {
      await db.schema
        .createTable('cuenta')
        .addColumn('id', 'integer', (column) => column.primaryKey())
        .addColumn('saldo', 'integer', (column) => column.notNull())
        .execute();
    },
  },
};

let folder: string;
let file: string;
let database: OpenDatabase<Tables>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'medisupply-db-'));
  file = join(folder, 'prueba.db');
  await migrate(file, migrations);
  database = openSqlite<Tables>(file);
});

afterEach(async () => {
  await database.close();
  rmSync(folder, { recursive: true });
});

const insert = (id: number) =>
  database.unitOfWork.write((tx) => tx.insertInto('cuenta').values({ id, saldo: 0 }).execute());
const ids = async () =>
  (await database.read.selectFrom('cuenta').select('id').orderBy('id').execute()).map((row) => row.id);

test('when writes are submitted in one turn, then they share one commit', async () => {
  const before = commits(file);
  await Promise.all(Array.from({ length: 50 }, (_, id) => insert(id)));
  expect(await ids()).toHaveLength(50);
  expect(commits(file) - before).toBe(1);
});

test('when some of them write much, then each of those has a commit of its own, and they take turns with the others', async () => {
  const before = databaseWork.commits;
  const order: string[] = [];
  const write = (id: number, apart: boolean) =>
    database.unitOfWork
      .write((tx) => tx.insertInto('cuenta').values({ id, saldo: 0 }).execute(), { apart })
      .then(() => order.push(apart ? `apart ${id}` : 'shared'));
  const first = [write(1, true), write(2, true), ...[3, 4, 5].map((id) => write(id, false))];
  await first[2];
  await Promise.all([...first, write(6, false)]);
  expect(await ids()).toHaveLength(6);
  expect(order).toEqual(['shared', 'shared', 'shared', 'apart 1', 'shared', 'apart 2']);
  expect(databaseWork.commits - before).toBe(4);
});

test('when one that writes much fails, then only its own changes are undone', async () => {
  const failing = database.unitOfWork.write(
    async (tx) => {
      await tx.insertInto('cuenta').values({ id: 1, saldo: 0 }).execute();
      throw new Error('no');
    },
    { apart: true },
  );
  await Promise.all([insert(2), expect(failing).rejects.toThrow('no')]);
  expect(await ids()).toEqual([2]);
});

test('when each turn of the event loop brings one more write, then they share one commit', async () => {
  const before = commits(file);
  const writes: Promise<unknown>[] = [];
  for (let id = 0; id < 50; id++) {
    writes.push(insert(id));
    await nextTurn();
  }
  await Promise.all(writes);
  expect(await ids()).toHaveLength(50);
  expect(commits(file) - before).toBeLessThan(10);
});

test('when writes never stop coming in, then each is written all the same', async () => {
  const enough = new AbortController();
  const flood = (async () => {
    for (let id = 0; !enough.signal.aborted; id++) {
      void insert(id);
      await nextTurn();
    }
  })();
  await insert(100_000);
  enough.abort();
  await flood;
  expect(await ids()).toContain(100_000);
});

test('when each write is followed by another as soon as it is answered, then none is left behind', async () => {
  for (let id = 0; id < 200; id++) {
    await insert(id).then(() => insert(id + 1_000));
  }
  expect(await ids()).toHaveLength(400);
});

test('when one write of a group fails, then only its own changes are undone', async () => {
  const outcomes = await Promise.allSettled([
    insert(1),
    database.unitOfWork.write(async (tx) => {
      await tx.insertInto('cuenta').values({ id: 2, saldo: 0 }).execute();
      throw new Error('se arrepintió');
    }),
    insert(3),
  ]);
  expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(await ids()).toEqual([1, 3]);
});

test('when one of a group fails, then the others were done again, and their last values are the ones that count', async () => {
  let runs = 0;
  const outcomes = await Promise.allSettled([
    database.unitOfWork.write(async (tx) => {
      await tx.insertInto('cuenta').values({ id: 1, saldo: 0 }).execute();
      return (runs += 1);
    }),
    database.unitOfWork.write(() => Promise.reject(new Error('se arrepintió'))),
  ]);
  expect(outcomes).toEqual([
    { status: 'fulfilled', value: 2 },
    { status: 'rejected', reason: new Error('se arrepintió') },
  ]);
  expect(await ids()).toEqual([1]);
});

test('when a write on its own fails, then it ran once and left nothing', async () => {
  let runs = 0;
  await expect(
    database.unitOfWork.write(async (tx) => {
      await tx.insertInto('cuenta').values({ id: 1, saldo: 0 }).execute();
      throw new Error(`intento ${(runs += 1)}`);
    }),
  ).rejects.toThrow('intento 1');
  expect(await ids()).toEqual([]);
});

test('when another process writes all the time, then a write gets its turn among its group commits', async () => {
  const other = openSqlite<Tables>(file);
  const over = new AbortController();
  const busy = async (first: number) => {
    for (let id = first; !over.signal.aborted; id += 1)
      await other.unitOfWork.write((tx) => tx.insertInto('cuenta').values({ id, saldo: 0 }).execute());
  };
  const both = Promise.all([busy(1_000), busy(1_000_000)]);
  const waits: number[] = [];
  for (let id = 0; id < 30; id += 1) {
    const started = performance.now();
    await insert(id);
    waits.push(performance.now() - started);
  }
  over.abort();
  await both;
  await other.close();
  expect(waits.toSorted((a, b) => a - b)[15]).toBeLessThan(100);
});

test('when it reads inside a write, then it sees its own changes, and readers do not before the commit', async () => {
  const seen = await database.unitOfWork.write(async (tx) => {
    await tx.insertInto('cuenta').values({ id: 1, saldo: 5 }).execute();
    const inside = await tx.selectFrom('cuenta').selectAll().execute();
    return { inside, outside: await ids() };
  });
  expect(seen).toEqual({ inside: [{ id: 1, saldo: 5 }], outside: [] });
  expect(await ids()).toEqual([1]);
});

test('when another process holds the write lock for a while, then the write waits without freezing the event loop', async () => {
  const other = new Database(file);
  other.exec('BEGIN IMMEDIATE');
  let turns = 0;
  const turning = setInterval(() => (turns += 1), 10);
  setTimeout(() => other.exec('COMMIT'), 600);
  await insert(1);
  clearInterval(turning);
  other.close();
  expect(await ids()).toEqual([1]);
  // Sixty if nothing else ran; waiting inside SQLite would leave none.
  expect(turns).toBeGreaterThan(10);
});

test(
  'when another process never lets go, then the write is answered 503 with Retry-After after 10 s',
  { timeout: 20_000 },
  async () => {
    const other = new Database(file);
    other.exec('BEGIN IMMEDIATE');
    const started = Date.now();
    await expect(insert(1)).rejects.toMatchObject({ status: 503, headers: { 'Retry-After': '2' } });
    expect(Date.now() - started).toBeGreaterThan(9_500);
    expect(Date.now() - started).toBeLessThan(12_000);
    other.close();
    await insert(2);
    expect(await ids()).toEqual([2]);
  },
);

test('when the file is opened again, then commits are still durable: WAL with synchronous FULL', async () => {
  await database.close();
  database = openSqlite<Tables>(file);
  const pragmas = await database.unitOfWork.write(async (tx) => {
    const { sql } = await import('kysely');
    const mode = await sql<{ journal_mode: string }>`pragma journal_mode`.execute(tx);
    const sync = await sql<{ synchronous: number }>`pragma synchronous`.execute(tx);
    return [mode.rows[0]?.journal_mode, sync.rows[0]?.synchronous];
  });
  expect(pragmas).toEqual(['wal', 2]);
});

test('when it is closed with writes under way, then they are finished first and later ones refused', async () => {
  const writing = insert(1);
  const closing = database.unitOfWork.close();
  await expect(insert(2)).rejects.toMatchObject({ status: 503 });
  await closing;
  await expect(writing).resolves.toBeDefined();
  expect(await ids()).toEqual([1]);
});

/** The WAL's commit counter moves once per transaction; `data_version` shows it to another connection. */
function commits(path: string): number {
  const probe = probes.get(path) ?? new Database(path, { readonly: true });
  probes.set(path, probe);
  return probe.pragma('data_version', { simple: true }) as number;
}
const probes = new Map<string, Database.Database>();
