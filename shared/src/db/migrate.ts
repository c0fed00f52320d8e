import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { Migrator } from 'kysely/migration';
import { kyselyOver, openHandle } from './open-database.ts';
import { isBusy } from './database-busy.ts';
import { whileBusy } from './while-busy.ts';

/** Numbered, forward-only: `{'001-inicial': {up}, …}`. */
export type Migrations = Record<string, Migration>;

/** How long SQLite itself waits for another process, with the event loop standing still (ms). */
const LOCK_WAIT = 1_000;

/**
 * Brings a SQLite file to this program's schema; processes that start together take turns. Where nothing is to be done
 * it only reads; otherwise it waits for as long as another process works on the file.
 * @throws Error naming the file when a migration fails or when the schema is newer than the program
 */
export const migrate = (file: string, migrations: Migrations): Promise<void> =>
  whileBusy(file, () => tryToMigrate(file, migrations));

async function tryToMigrate(file: string, migrations: Migrations): Promise<void> {
  const handle = openHandle(file, LOCK_WAIT);
  handle.pragma(`busy_timeout = ${LOCK_WAIT}`);
  const db = kyselyOver<unknown>(handle);
  try {
    const applied = await namesOfApplied(db);
    assertNotNewer(applied, file, migrations);
    if (Object.keys(migrations).every((name) => applied.includes(name))) return;
    const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(migrations) } });
    const { error } = await migrator.migrateToLatest();
    if (isBusy(error)) throw error;
    if (error) throw new Error(`No se pudo migrar ${file}: ${messageOf(error)}`, { cause: error });
  } finally {
    await db.destroy();
  }
}

async function namesOfApplied(db: Kysely<unknown>): Promise<string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some((table) => table.name === 'kysely_migration')) return [];
  const applied = await (db as Kysely<{ kysely_migration: { name: string } }>)
    .selectFrom('kysely_migration')
    .select('name')
    .execute();
  return applied.map((row) => row.name);
}

function assertNotNewer(applied: readonly string[], file: string, migrations: Migrations): void {
  const unknown = applied.filter((name) => !(name in migrations));
  if (unknown.length > 0) {
    throw new Error(
      `El esquema de ${file} es más nuevo que este programa (${unknown.join(', ')}); actualice el programa o use otra DATA_DIR`,
    );
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : JSON.stringify(error));
