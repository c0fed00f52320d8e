import { setTimeout } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { Address } from '../database-environment.ts';
import type { TableShape, WholeDatabase } from '../move/whole-database.ts';
import { referencedFirst } from '../move/whole-database.ts';
import { assertServer, lockSchema, makeSchema, toMigrate } from './migrate.ts';
import type { Place } from './place.ts';
import { placeOf } from './place.ts';

/** Undefined when nothing was ever there. @throws Error while somebody works with it */
export const findPostgres = (address: Address, owner: string): Promise<WholeDatabase | undefined> =>
  open(placeOf(address, owner), async (db, { pool }) => {
    const { rows } = await sql`select 1 from pg_namespace where nspname = ${pool.schema}`.execute(db);
    return rows.length > 0;
  });

export const makePostgres = async (address: Address, owner: string): Promise<WholeDatabase> => {
  const made = await open(placeOf(address, owner), async (db, place) => {
    await makeSchema(db, place);
    return true;
  });
  return made!;
};

/** Whoever starts meanwhile waits until it is closed. */
async function open(
  place: Place,
  isThere: (db: Kysely<unknown>, place: Place) => Promise<boolean>,
): Promise<WholeDatabase | undefined> {
  const { schema } = place.pool;
  const db = toMigrate(place);
  try {
    await assertServer(db, place);
    await assertUnused(db, place);
    await lockSchema(db, schema);
    if (!(await isThere(db, place))) {
      await db.destroy();
      return undefined;
    }
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return {
    db,
    target: { name: place.name, otherwise: `use otra base en ${place.key}`, schema },
    tables: () => tablesOf(db, schema),
    lastIds: (on) => lastIds(on, schema),
    setLastIds: (on, ids) => setLastIds(on, schema, ids),
    close: () => db.destroy(),
  };
}

/** How long the server may take to notice that somebody has gone (ms). */
const PARTING = 5_000;

async function assertUnused(db: Kysely<unknown>, { name, pool }: Place): Promise<void> {
  const deadline = performance.now() + PARTING;
  for (;;) {
    const { rows } = await sql`select 1 from pg_stat_activity where datname = current_database()
      and application_name = ${`medisupply ${pool.schema}`} and pid <> pg_backend_pid()`.execute(db);
    if (rows.length === 0) return;
    if (performance.now() > deadline)
      throw new Error(`La plataforma está en marcha: usa ${name}; deténgala y repita`);
    await setTimeout(100);
  }
}

async function tablesOf(db: Kysely<unknown>, schema: string): Promise<TableShape[]> {
  const { rows } = await sql<TableShape>`
    select relname as name,
      array(select attname::text from pg_attribute a
        where a.attrelid = t.oid and attnum > 0 and not attisdropped order by attname collate "C") as columns,
      array(select attname::text from pg_index i cross join unnest(indkey::int[]) with ordinality k (attnum, position)
        join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
        where i.indrelid = t.oid and indisprimary order by position) as key,
      array(select distinct r.relname::text from pg_constraint c join pg_class r on r.oid = c.confrelid
        where c.conrelid = t.oid and contype = 'f') as "references"
    from pg_class t where relnamespace = ${schema}::regnamespace and relkind = 'r' order by relname`.execute(
    db,
  );
  return referencedFirst(rows);
}

interface Sequence {
  name: string;
  sequence: string;
  last: number | null;
}

async function sequencesOf(db: Kysely<unknown>, schema: string): Promise<Sequence[]> {
  const { rows } = await sql<Sequence>`
    select relname::text as name, sequence, pg_sequence_last_value(sequence::regclass) as last
    from pg_class t join pg_attribute on attrelid = t.oid and attidentity <> '',
      pg_get_serial_sequence(t.oid::regclass::text, attname) as sequence
    where relnamespace = ${schema}::regnamespace and relkind = 'r' order by relname collate "C"`.execute(db);
  return rows;
}

async function lastIds(db: Kysely<unknown>, schema: string): Promise<Map<string, number>> {
  const sequences = await sequencesOf(db, schema);
  return new Map(sequences.flatMap(({ name, last }) => (last === null ? [] : [[name, last] as const])));
}

async function setLastIds(
  db: Kysely<unknown>,
  schema: string,
  ids: ReadonlyMap<string, number>,
): Promise<void> {
  for (const { name, sequence } of await sequencesOf(db, schema)) {
    const last = ids.get(name);
    await sql`select setval(${sequence}::regclass, ${last ?? 1}, ${last !== undefined})`.execute(db);
  }
}
