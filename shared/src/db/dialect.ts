import type { Expression, Kysely, RawBuilder } from 'kysely';

/** What one cannot say in the same words to every database. */
export interface SqlDialect {
  /** A text member of a column with a JSON object; null where there is none. */
  jsonText(json: Expression<string | null>, member: string): RawBuilder<string | null>;
  /** Whether the text fits the pattern of LIKE with `\\` as escape, in whatever case its ASCII letters are. */
  like(text: Expression<string>, pattern: string): RawBuilder<boolean>;
}

/** The dialect of the database that is behind `db`. */
export const dialectOf = <DB>(db: Kysely<DB>): SqlDialect => db.getExecutor().adapter as object as SqlDialect;
