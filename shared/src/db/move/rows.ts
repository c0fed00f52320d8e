import { createHash } from 'node:crypto';
import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { TableShape } from './whole-database.ts';

/** As much is in memory at once: so many rows, and fewer of large ones (characters). */
const BATCH = { first: 16, most: 1_000, size: 8 * 1024 * 1024 };

export type Row = Readonly<Record<string, unknown>>;

/** All rows by their key, some at a time. */
export async function* rowsOf(
  db: Kysely<unknown>,
  { name, columns, key }: TableShape,
): AsyncGenerator<Row[]> {
  const keys = sql.join(key.map((column) => sql.ref(column)));
  let last: Row | undefined;
  let limit = BATCH.first;
  for (;;) {
    const after = last ? sql`where (${keys}) > (${sql.join(key.map((column) => last?.[column]))})` : sql``;
    const { rows } = await sql<Row>`select ${sql.join(columns.map((column) => sql.ref(column)))}
      from ${sql.table(name)} ${after} order by ${keys} limit ${limit}`.execute(db);
    if (rows.length > 0) yield rows;
    if (rows.length < limit) return;
    last = rows.at(-1);
    limit = Math.min(BATCH.most, Math.max(1, Math.floor(BATCH.size / meanSize(rows))));
  }
}

const meanSize = (rows: readonly Row[]): number =>
  1 + rows.reduce((sum, row) => sum + sizeOf(row), 0) / rows.length;

const sizeOf = (row: Row): number =>
  Object.values(row).reduce<number>((sum, value) => sum + (typeof value === 'string' ? value.length : 0), 0);

/** What a table holds: the same for the same rows, whatever keeps them and in whatever order they come. */
export interface Contents {
  filas: number;
  /** Hexadecimal. */
  suma: string;
}

const SIZE = 2n ** 256n;

/** The sum of the SHA-256 of all rows. */
export class Checksum {
  #filas = 0;
  #sum = 0n;
  readonly #columns: readonly string[];

  constructor({ columns }: TableShape) {
    this.#columns = columns;
  }

  add(row: Row): void {
    // A column that takes anything takes a number as text in PostgreSQL.
    const text = JSON.stringify(this.#columns.map((column) => row[column] ?? null).map(asText));
    const hash = createHash('sha256').update(text).digest('hex');
    this.#sum = (this.#sum + BigInt(`0x${hash}`)) % SIZE;
    this.#filas += 1;
  }

  get contents(): Contents {
    return { filas: this.#filas, suma: this.#sum.toString(16).padStart(64, '0') };
  }
}

const asText = (value: unknown) => (typeof value === 'number' ? String(value) : value);

export async function contentsOf(db: Kysely<unknown>, table: TableShape): Promise<Contents> {
  const checksum = new Checksum(table);
  for await (const rows of rowsOf(db, table)) for (const row of rows) checksum.add(row);
  return checksum.contents;
}
