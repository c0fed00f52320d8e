import type { Compilable, CompiledQuery, Insertable, Kysely, QueryResult } from 'kysely';

/** Stands in a query for a value that each call brings. */
class Placeholder {
  readonly name: string;
  readonly row: number;

  constructor(name: string, row = 0) {
    this.name = name;
    this.row = row;
  }
}

/** What is asked again and again, so that a server need understand and plan it once for each connection. */
export const repeatedQueries = new Set<string>();

type Values = Readonly<Record<string, unknown>>;
type Run<DB, R> = (db: Kysely<DB>, rows: readonly Values[]) => Promise<QueryResult<R>>;

/**
 * A query of a hot path: built and compiled once for each kind of database, and from then on only given its values.
 *
 *     const findEntrega = prepared<Tables, { id: number }, EntregaRow>((db, { id }) =>
 *       db.selectFrom('entrega').selectAll().where('id', '=', id));
 *     const { rows } = await findEntrega(tx, { id: 7 });
 *
 * The values stand where they are used as they are; what is worked out of them is worked out before the call.
 */
export function prepared<DB, P extends object, R = never>(
  build: (db: Kysely<DB>, values: P) => Compilable<R>,
): (db: Kysely<DB>, values: P) => Promise<QueryResult<R>> {
  const placeholders = new Proxy({} as P, { get: (_, name) => new Placeholder(String(name)) });
  const run = compiledOnce<DB, R>((db) => build(db, placeholders));
  return (db, values) => run(db, [values as Values]);
}

/** The same for inserting rows, as many as there are, into the columns that are named. */
export function preparedInsert<DB, T extends keyof DB & string>(
  table: T,
  columns: readonly (keyof Insertable<DB[T]> & string)[],
): (db: Kysely<DB>, rows: readonly (Insertable<DB[T]> & Values)[]) => Promise<void> {
  const byCount = new Map<number, Run<DB, unknown>>();
  return async (db, rows) => {
    for (let first = 0; first < rows.length; first += MAX_ROWS) {
      const group = rows.slice(first, first + MAX_ROWS);
      let run = byCount.get(group.length);
      if (!run) {
        const placeholders = group.map((_, row) =>
          Object.fromEntries(columns.map((column) => [column, new Placeholder(column, row)])),
        );
        run = compiledOnce<DB, unknown>((on) => on.insertInto(table).values(placeholders as never));
        byCount.set(group.length, run);
      }
      await run(db, group);
    }
  };
}

const MAX_ROWS = 16;

function compiledOnce<DB, R>(build: (db: Kysely<DB>) => Compilable<R>): Run<DB, R> {
  const byKind = new WeakMap<object, CompiledQuery<R>>();
  return (db, rows) => {
    const kind = db.getExecutor().adapter;
    let query = byKind.get(kind);
    if (!query) {
      query = build(db).compile();
      repeatedQueries.add(query.sql);
      byKind.set(kind, query);
    }
    const parameters = query.parameters.map((value) =>
      value instanceof Placeholder ? (rows[value.row]?.[value.name] ?? null) : value,
    );
    return db.executeQuery({ ...query, parameters });
  };
}
