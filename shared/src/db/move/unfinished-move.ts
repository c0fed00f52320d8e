import type { Kysely } from 'kysely';

/** Lies in a database for as long as a move into it has not ended; the platform does not start on it. */
export const MOVE_TABLE = 'traslado';

type Marked = Kysely<{ [MOVE_TABLE]: { origen: string } }>;

export async function markUnfinished(db: Kysely<unknown>, origen: string): Promise<void> {
  await db.schema
    .createTable(MOVE_TABLE)
    .addColumn('origen', 'text', (column) => column.primaryKey())
    .execute();
  await (db as Marked).insertInto(MOVE_TABLE).values({ origen }).execute();
}

/** Where the move into it came from. */
export async function originOf(db: Kysely<unknown>): Promise<string | undefined> {
  const row = await (db as Marked).selectFrom(MOVE_TABLE).select('origen').executeTakeFirst();
  return row?.origen;
}

export const markFinished = (db: Kysely<unknown>): Promise<void> =>
  db.schema.dropTable(MOVE_TABLE).ifExists().execute();
