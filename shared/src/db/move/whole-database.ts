import type { Kysely } from 'kysely';
import type { Target } from '../migrations.ts';

export interface TableShape {
  name: string;
  columns: readonly string[];
  /** Of the primary key, in its order. */
  key: readonly string[];
  /** Tables that its rows point to. */
  references: readonly string[];
}

/** An owner's database as something to be moved, on one connection and while nobody else works with it. */
export interface WholeDatabase {
  db: Kysely<unknown>;
  /** How messages name it, and how migrations find it. */
  target: Target;
  /** Those whose rows others point to come first. */
  tables(): Promise<TableShape[]>;
  /** The last id that was given in each table that counts its rows, where one was. */
  lastIds(db: Kysely<unknown>): Promise<ReadonlyMap<string, number>>;
  /** Goes on counting there; all other tables begin anew. */
  setLastIds(db: Kysely<unknown>, lastIds: ReadonlyMap<string, number>): Promise<void>;
  /** Ends the connection; whoever waited for the database can have it. */
  close(): Promise<void>;
}

export function referencedFirst(tables: readonly TableShape[]): TableShape[] {
  const sorted = new Set<TableShape>();
  const visit = (table: TableShape, below: readonly TableShape[]): void => {
    if (sorted.has(table) || below.includes(table)) return;
    for (const other of tables) if (table.references.includes(other.name)) visit(other, [...below, table]);
    sorted.add(table);
  };
  for (const table of tables) visit(table, []);
  return [...sorted];
}
