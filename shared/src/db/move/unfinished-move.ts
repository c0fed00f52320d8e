import type { Kysely } from 'kysely';

/** Lies in a database for as long as a move into it has not ended; the platform does not start on it. */
export const MOVE_TABLE = 'traslado';

interface Mark {
  /** Where its rows come from. */
  origen: string;
  /** 1 when all of them are there. */
  completo: number;
}

type Marked = Kysely<{ [MOVE_TABLE]: Mark }>;

export async function markUnfinished(db: Kysely<unknown>, origen: string): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await tx.schema
      .createTable(MOVE_TABLE)
      .addColumn('origen', 'text', (column) => column.primaryKey())
      .addColumn('completo', 'integer', (column) => column.notNull())
      .execute();
    await (tx as Marked).insertInto(MOVE_TABLE).values({ origen, completo: 0 }).execute();
  });
}

export const markOf = (db: Kysely<unknown>): Promise<Mark | undefined> =>
  (db as Marked).selectFrom(MOVE_TABLE).selectAll().executeTakeFirst();

export async function markComplete(db: Kysely<unknown>): Promise<void> {
  await (db as Marked).updateTable(MOVE_TABLE).set({ completo: 1 }).execute();
}

export const markFinished = (db: Kysely<unknown>): Promise<void> =>
  db.schema.dropTable(MOVE_TABLE).ifExists().execute();
