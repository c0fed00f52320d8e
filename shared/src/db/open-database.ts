import type { Kysely } from 'kysely';
import type { Migrations } from './migrations.ts';
import type { UnitOfWork } from './unit-of-work.ts';

/** The database of one owner, whatever keeps it. */
export interface OpenDatabase<DB> {
  unitOfWork: UnitOfWork<DB>;
  /** For reading outside a transaction; sees what is committed. */
  read: Kysely<DB>;
  /** How messages name it: the file, or the server's address and the schema. */
  name: string;
  /** The folder whose disk it fills; undefined when that is its server's affair. */
  folder: string | undefined;
  state(): Promise<DatabaseState>;
  /** Up to this id of the table, no row can appear any more: what reads "after id N" stops here. */
  settledId(table: keyof DB & string): Promise<number>;
  close(): Promise<void>;
}

/** What a process tells of its own database to whoever asks whether it is ready: a type, as it is answered as JSON. */
export type DatabaseState = {
  status: 'ok' | 'missing' | 'error';
  /** Last migration that was applied. */
  schema: string | null;
  /** Bytes. */
  size: number | null;
  /** Of SQLite's log alone. */
  wal_size: number | null;
  /** Code of SQLite, of PostgreSQL or of the network. */
  error: string | null;
};

export interface Owned {
  /** Whose it is: the name of the file, or of the schema. */
  owner: string;
  migrations: Migrations;
}
