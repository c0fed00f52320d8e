import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { Migrator } from 'kysely/migration';
import { DatabaseBusy } from './database-busy.ts';
import { MOVE_TABLE } from './move/unfinished-move.ts';

/** Numbered, forward-only: `{'001-inicial': {up}, …}`. */
export type Migrations = Record<string, Migration>;

export interface Target {
  /** How messages name it. */
  name: string;
  /** What one can do besides updating the program when the schema is newer. */
  otherwise: string;
  /** Where the tables lie, if not where `db` looks first. */
  schema?: string;
  /** Something is being moved into it, and is what asks. */
  isMove?: boolean;
}

/**
 * Brings a database to this program's schema. Where nothing is to be done it only reads.
 * @throws Error naming the database when a migration fails or when the schema is newer than the program
 */
export async function bringUpToDate(
  db: Kysely<unknown>,
  migrations: Migrations,
  target: Target,
): Promise<void> {
  const applied = await namesOfApplied(db, target);
  const unknown = applied.filter((name) => !(name in migrations));
  if (unknown.length > 0) {
    throw new Error(
      `El esquema de ${target.name} es más nuevo que este programa (${unknown.join(', ')}); actualice el programa o ${target.otherwise}`,
    );
  }
  if (Object.keys(migrations).every((name) => applied.includes(name))) return;
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve(migrations) },
    ...(target.schema === undefined ? {} : { migrationTableSchema: target.schema }),
  });
  const { error } = await migrator.migrateToLatest();
  if (error === undefined) return;
  if (error instanceof DatabaseBusy) throw error;
  // With its code, by which the caller knows what may be tried again.
  const code = typeof error === 'object' && error !== null && 'code' in error ? { code: error.code } : {};
  throw Object.assign(
    new Error(`No se pudo migrar ${target.name}: ${messageOf(error)}`, { cause: error }),
    code,
  );
}

async function namesOfApplied(db: Kysely<unknown>, { name, schema, isMove }: Target): Promise<string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  const has = (wanted: string) =>
    tables.some((table) => table.name === wanted && (schema === undefined || table.schema === schema));
  if (!isMove && has(MOVE_TABLE))
    throw new Error(
      `El traslado a ${name} no ha terminado; repita npm run move-data (o npm run restore, si era de una copia), y arranque después`,
    );
  if (!has('kysely_migration')) return [];
  const applied = await (db as Kysely<{ kysely_migration: { name: string } }>)
    .selectFrom('kysely_migration')
    .select('name')
    .execute();
  return applied.map((row) => row.name);
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : JSON.stringify(error));
