import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import { DatabaseBusy } from '../database-busy.ts';
import type { Owned } from '../open-database.ts';
import { bringUpToDate } from '../migrations.ts';
import { whileBusy } from '../while-busy.ts';
import { codeOf } from './errors.ts';
import type { Place } from './place.ts';
import { createPool } from './pool.ts';
import { kyselyOver } from './postgres-dialect.ts';
import { TranslateTypesPlugin } from './translate-types.ts';

/** The first with every function that is used, and supported by its makers. */
const MIN_VERSION = 15;

/**
 * Brings an owner's schema up to date, making it first where there is none; processes that start together take turns.
 * @throws Error naming what is wrong with the address or the server, with the remedy
 */
export const migrate = (place: Place, owned: Owned): Promise<void> =>
  whileBusy(place.name, () => tryToMigrate(place, owned));

async function tryToMigrate(place: Place, { migrations }: Owned): Promise<void> {
  const db = toMigrate(place);
  try {
    await assertServer(db, place);
    const { schema } = place.pool;
    await lockSchema(db, schema);
    await makeSchema(db, place);
    await bringUpToDate(db, migrations, {
      name: place.name,
      otherwise: `use otra base en ${place.key}`,
      schema,
    });
  } finally {
    await db.destroy();
  }
}

/** One connection, which holds the lock between the queries. */
export const toMigrate = (place: Place): Kysely<unknown> =>
  kyselyOver(createPool({ ...place.pool, max: 1, limits: false }), [new TranslateTypesPlugin()]);

/** Until the connection ends, no other changes the schema. */
export const lockSchema = (db: Kysely<unknown>, schema: string) =>
  sql`select pg_advisory_lock(hashtextextended(${`medisupply ${schema}`}, 0))`.execute(db);

/** @returns its version. @throws Error with the remedy */
export async function assertServer(db: Kysely<unknown>, place: Place): Promise<number> {
  const { rows } = await sql<{ version: number }>`
    select current_setting('server_version_num')::int as version`
    .execute(db)
    .catch((error: unknown) => {
      throw refusal(error, place);
    });
  const version = Math.floor((rows[0]?.version ?? 0) / 10_000);
  if (version < MIN_VERSION) {
    throw new Error(
      `${place.key}: el servidor de ${place.name} es PostgreSQL ${version}; hace falta el ${MIN_VERSION} o uno posterior`,
    );
  }
  return version;
}

export async function makeSchema(db: Kysely<unknown>, { key, name, pool }: Place): Promise<void> {
  const { rows } = await sql`select 1 from pg_namespace where nspname = ${pool.schema}`.execute(db);
  if (rows.length > 0) return;
  try {
    await sql`create schema ${sql.id(pool.schema)}`.execute(db);
  } catch (error) {
    if (codeOf(error) !== NOT_ALLOWED) throw error;
    throw new Error(
      `${key}: en ${name} no se puede crear el esquema; créelo con «npm run postgres -- roles» o dé permiso: GRANT CREATE ON DATABASE`,
      { cause: error },
    );
  }
}

const NOT_ALLOWED = '42501';
const NO_DATABASE = '3D000';
/** It starts, stops, or has no connection to spare: all of that passes. */
const PASSING = /^(57P|53300)/;

/** The driver's words when the server asks for what it was not given. */
const WITHOUT_PASSWORD = /client password must be a string/;

/** Why a server cannot be used, and what to do; that it is busy, if that is all. */
function refusal(error: unknown, { key, url, name }: Place): Error {
  const original = error instanceof DatabaseBusy ? error.cause : error;
  const code = codeOf(original);
  if (PASSING.test(code)) return new DatabaseBusy(undefined, original);
  const database = decodeURIComponent(url.pathname.slice(1));
  const what = () => {
    if (code === NO_DATABASE)
      return `en ${url.host} no existe la base «${database}»; créela: createdb ${database}`;
    if (code.startsWith('28') || WITHOUT_PASSWORD.test(String(original)))
      return `${url.host} no admite al usuario «${url.username}» (${code || 'falta la contraseña'}); corrija el usuario o la contraseña, en la dirección o en DATABASE_PASSWORD_FILE`;
    const reason = code || (original instanceof Error ? original.message : String(original));
    return `no se llega a ${name} (${reason}); arranque ese servidor o corrija la dirección`;
  };
  return new Error(`${key}: ${what()}`, { cause: original });
}
