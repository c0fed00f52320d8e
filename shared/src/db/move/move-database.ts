import { isDeepStrictEqual } from 'node:util';
import type { Kysely } from 'kysely';
import type { Migrations } from '../migrations.ts';
import { bringUpToDate } from '../migrations.ts';
import { preparedInsert } from '../prepared.ts';
import type { Contents } from './rows.ts';
import { Checksum, contentsOf, rowsOf } from './rows.ts';
import { markComplete, markOf, markUnfinished, MOVE_TABLE } from './unfinished-move.ts';
import type { TableShape, WholeDatabase } from './whole-database.ts';

export interface MovedTable extends Contents {
  tabla: string;
}

/**
 * Brings `from` up to date, and looks whether it can be moved into what lies at `to`.
 * @throws Error when that holds anything but nothing, the same, or an unfinished move of the same
 */
export async function assertMovable(
  from: WholeDatabase,
  to: WholeDatabase | undefined,
  migrations: Migrations,
): Promise<void> {
  await bringUpToDate(from.db, migrations, from.target);
  const tables = (await to?.tables()) ?? [];
  if (to === undefined || tables.length === 0) return;
  const origen = isMarked(tables) ? (await markOf(to.db))?.origen : undefined;
  if (origen === from.target.name) return;
  if (origen !== undefined)
    throw new Error(
      `En ${to.target.name} hay un traslado sin terminar de ${origen}; termínelo, o bórrelo y repita`,
    );
  if (!(await holdsTheSame(from, to)))
    throw new Error(`${to.target.name} no está vacía; elija un destino vacío, o bórrela si ya no vale`);
}

/** Marks `to` as what `from` is being moved into, unless that is there already. */
export async function beginMove(from: WholeDatabase, to: WholeDatabase): Promise<void> {
  if ((await to.tables()).length === 0) await markUnfinished(to.db, from.target.name);
}

/**
 * Whether `to`, whose source is not there any more, is complete and only has to be told so.
 * @throws Error when rows are missing
 */
export async function isComplete(to: WholeDatabase): Promise<boolean> {
  if (!isMarked(await to.tables())) return false;
  const mark = await markOf(to.db);
  if (mark?.completo === 1) return true;
  throw new Error(
    `El traslado a ${to.target.name} no había terminado, y ${mark?.origen ?? 'su origen'} ya no está; devuélvalo a su sitio, o borre el destino`,
  );
}

/**
 * Copies all rows into what `beginMove` has marked, in one transaction, and reads them again. What the same move left there
 * before it was interrupted is made anew, unless it was complete.
 * @throws Error when not every row arrived as it was
 */
export async function moveDatabase(
  from: WholeDatabase,
  to: WholeDatabase,
  migrations: Migrations,
): Promise<MovedTable[]> {
  const there = await holdsTheSame(from, to);
  const tables = await to.tables();
  if (there) {
    if (isMarked(tables)) await markComplete(to.db);
    return there;
  }
  for (const { name } of withoutMark(tables).toReversed()) await to.db.schema.dropTable(name).execute();
  await bringUpToDate(to.db, migrations, { ...to.target, isMove: true });
  return to.db.transaction().execute(async (tx) => {
    const moved = await copyAll(from, to, tx);
    await markComplete(tx);
    return moved;
  });
}

async function copyAll(from: WholeDatabase, to: WholeDatabase, tx: Kysely<unknown>): Promise<MovedTable[]> {
  const tables = withoutMark(await from.tables());
  // Those that the migrations began with.
  for (const { name } of tables.toReversed())
    await (tx as Kysely<Record<string, object>>).deleteFrom(name).execute();
  const sent: MovedTable[] = [];
  for (const table of tables) sent.push({ tabla: table.name, ...(await copy(from.db, tx, table)) });
  const lastIds = await from.lastIds(from.db);
  await to.setLastIds(tx, lastIds);
  const arrived: MovedTable[] = [];
  for (const table of tables) arrived.push({ tabla: table.name, ...(await contentsOf(tx, table)) });
  const wrong = sent.filter((table, index) => !isDeepStrictEqual(table, arrived[index]));
  if (wrong.length > 0)
    throw new Error(`${to.target.name}: no llegó lo mismo a ${wrong.map(({ tabla }) => tabla).join(', ')}`);
  if (!isDeepStrictEqual(await to.lastIds(tx), lastIds))
    throw new Error(`${to.target.name}: los números de las filas no siguen donde estaban`);
  return sent;
}

async function copy(from: Kysely<unknown>, to: Kysely<unknown>, table: TableShape): Promise<Contents> {
  const insert = preparedInsert<Record<string, Record<string, unknown>>, string>(table.name, table.columns);
  const checksum = new Checksum(table);
  for await (const rows of rowsOf(from, table)) {
    for (const row of rows) checksum.add(row);
    await insert(to as Kysely<Record<string, Record<string, unknown>>>, rows);
  }
  return checksum.contents;
}

/** What both hold, when that is the same. */
async function holdsTheSame(from: WholeDatabase, to: WholeDatabase): Promise<MovedTable[] | undefined> {
  const [sent, arrived] = [withoutMark(await from.tables()), withoutMark(await to.tables())];
  const names = (tables: readonly TableShape[]) => tables.map(({ name }) => name).toSorted();
  if (!isDeepStrictEqual(names(sent), names(arrived))) return undefined;
  const same: MovedTable[] = [];
  for (const table of sent) {
    const contents = await contentsOf(from.db, table);
    if (!isDeepStrictEqual(contents, await contentsOf(to.db, table))) return undefined;
    same.push({ tabla: table.name, ...contents });
  }
  return isDeepStrictEqual(await from.lastIds(from.db), await to.lastIds(to.db)) ? same : undefined;
}

const withoutMark = (tables: readonly TableShape[]) => tables.filter(({ name }) => name !== MOVE_TABLE);

const isMarked = (tables: readonly TableShape[]) => tables.some(({ name }) => name === MOVE_TABLE);
