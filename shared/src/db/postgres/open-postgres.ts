import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import { DatabaseBusy } from '../database-busy.ts';
import type { Address, DatabaseConfig } from '../database-environment.ts';
import type { DatabaseState, OpenDatabase, Owned } from '../open-database.ts';
import { codeOf } from './errors.ts';
import { migrate } from './migrate.ts';
import { placeOf } from './place.ts';
import { createPool } from './pool.ts';
import { kyselyOver } from './postgres-dialect.ts';
import { SettledIds } from './settled-ids.ts';
import { PostgresUnitOfWork } from './unit-of-work.ts';

/** Migrates and opens the schema of an owner. */
export async function openPostgres<DB>(
  config: DatabaseConfig,
  address: Address,
  owned: Owned,
): Promise<OpenDatabase<DB>> {
  const place = placeOf(address, owned.owner);
  await migrate(place, owned);
  const db = kyselyOver<DB>(createPool({ ...place.pool, max: config.DATABASE_POOL }));
  const unitOfWork = new PostgresUnitOfWork<DB>(db);
  const settled = new Map<string, SettledIds>();
  return {
    unitOfWork,
    read: db,
    name: place.name,
    folder: undefined,
    state: () => stateOf(db, place.pool.schema),
    settledId(table) {
      const ids = settled.get(table) ?? new SettledIds(db as unknown as Kysely<unknown>, table);
      settled.set(table, ids);
      return ids.upTo();
    },
    async close() {
      await unitOfWork.close();
      await db.destroy();
    },
  };
}

async function stateOf<DB>(db: Kysely<DB>, schema: string): Promise<DatabaseState> {
  const nothing = { schema: null, size: null, wal_size: null };
  try {
    const { rows } = await sql<{ schema: string | null; size: number }>`
      select (select max(name) from kysely_migration) as schema,
        (select coalesce(sum(pg_total_relation_size(oid)), 0) from pg_class
          where relnamespace = ${schema}::regnamespace and relkind = 'r') as size`.execute(db);
    return { status: 'ok', ...nothing, ...rows[0], error: null };
  } catch (error) {
    const original = error instanceof DatabaseBusy ? error.cause : error;
    return { status: 'error', ...nothing, error: codeOf(original) || 'ETIMEDOUT' };
  }
}
