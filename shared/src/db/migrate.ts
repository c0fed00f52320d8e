import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { Migrator } from 'kysely/migration';
import { kyselyOver, openHandle } from './open-database.ts';

/** Numbered, forward-only: `{'001-inicial': {up}, …}`. */
export type Migrations = Record<string, Migration>;

/** How long a process waits for another one that is migrating the same file (ms). */
const LOCK_WAIT = 30_000;

/**
 * Brings a SQLite file to this program's schema; processes that start together take turns.
 * @throws Error naming the file when a migration fails or when the schema is newer than the program
 */
export async function migrate(file: string, migrations: Migrations): Promise<void> {
  const handle = openHandle(file);
  handle.pragma(`busy_timeout = ${LOCK_WAIT}`);
  const db = kyselyOver<unknown>(handle);
  try {
    await assertNotNewer(db, file, migrations);
    const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(migrations) } });
    const { error } = await migrator.migrateToLatest();
    if (error) throw new Error(`No se pudo migrar ${file}: ${messageOf(error)}`, { cause: error });
  } finally {
    await db.destroy();
  }
}

async function assertNotNewer(db: Kysely<unknown>, file: string, migrations: Migrations): Promise<void> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some((table) => table.name === 'kysely_migration')) return;
  const applied = await (db as Kysely<{ kysely_migration: { name: string } }>)
    .selectFrom('kysely_migration')
    .select('name')
    .execute();
  const unknown = applied.map((row) => row.name).filter((name) => !(name in migrations));
  if (unknown.length > 0) {
    throw new Error(
      `El esquema de ${file} es más nuevo que este programa (${unknown.join(', ')}); actualice el programa o use otra DATA_DIR`,
    );
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : JSON.stringify(error));
