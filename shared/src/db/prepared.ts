import type { CompiledQuery, Compilable, Kysely, QueryResult } from 'kysely';

/** Stands in a query for a value that each call brings. */
class Placeholder {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/**
 * A query of a hot path: built and compiled once for each kind of database, and from then on only given its values.
 *
 *     const findEntrega = prepared<Tables, { id: number }, EntregaRow>((db, { id }) =>
 *       db.selectFrom('entrega').selectAll().where('id', '=', id));
 *     const { rows } = await findEntrega(tx, { id: 7 });
 *
 * The values stand where they are used as they are; what is worked out of them is worked out before the call.
 */
export function prepared<DB, P extends Readonly<Record<string, unknown>>, R = never>(
  build: (db: Kysely<DB>, values: P) => Compilable<R>,
): (db: Kysely<DB>, values: P) => Promise<QueryResult<R>> {
  const compiled = new WeakMap<object, { query: CompiledQuery<R>; names: readonly unknown[] }>();
  const placeholders = new Proxy({} as P, { get: (_, name) => new Placeholder(String(name)) });

  return (db, values) => {
    const kind = db.getExecutor().adapter;
    let known = compiled.get(kind);
    if (!known) {
      const query = build(db, placeholders).compile();
      known = { query, names: query.parameters };
      compiled.set(kind, known);
    }
    const parameters = known.names.map((value) =>
      value instanceof Placeholder ? values[value.name] : value,
    );
    return db.executeQuery({ ...known.query, parameters });
  };
}
