import {
  CompiledQuery,
  HandleEmptyInListsPlugin,
  Kysely,
  PostgresAdapter,
  PostgresDialect,
  PostgresDriver,
  replaceWithNoncontingentExpression,
  sql,
} from 'kysely';
import type {
  DatabaseConnection,
  Driver,
  Expression,
  KyselyPlugin,
  PostgresDialectConfig,
  PostgresPool,
  RawBuilder,
  TransactionSettings,
} from 'kysely';
import type { SqlDialect } from '../dialect.ts';

/** One for all connections: a query is compiled once for each adapter. */
const adapterOfAll = new (class extends PostgresAdapter implements SqlDialect {
  jsonText(json: Expression<string | null>, member: string): RawBuilder<string | null> {
    return sql`(cast(${json} as json) ->> ${sql.lit(member)})`;
  }

  /** Its columns have the collation "C", where only ASCII has two cases. */
  like(text: Expression<string>, pattern: string): RawBuilder<boolean> {
    return sql`${text} ilike ${pattern} escape '\\'`;
  }
})();

class Dialect extends PostgresDialect {
  readonly #config: PostgresDialectConfig;

  constructor(config: PostgresDialectConfig) {
    super(config);
    this.#config = config;
  }

  override createDriver(): Driver {
    return new NumberedDriver(this.#config);
  }

  override createAdapter(): PostgresAdapter {
    return adapterOfAll;
  }
}

class NumberedDriver extends PostgresDriver {
  /** Takes the transaction's number before any id of a row: `settledId` relies on that order. */
  override async beginTransaction(
    connection: DatabaseConnection,
    { isolationLevel }: TransactionSettings,
  ): Promise<void> {
    const level = isolationLevel ? ` isolation level ${isolationLevel}` : '';
    await connection.executeQuery(
      CompiledQuery.raw(`start transaction${level}; select pg_current_xact_id()`),
    );
  }
}

/** SQLite takes an empty list as it stands. */
const emptyLists = new HandleEmptyInListsPlugin({ strategy: replaceWithNoncontingentExpression });

export const kyselyOver = <DB>(pool: PostgresPool, plugins: readonly KyselyPlugin[] = []): Kysely<DB> =>
  new Kysely<DB>({ dialect: new Dialect({ pool }), plugins: [emptyLists, ...plugins] });
