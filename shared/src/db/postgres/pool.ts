import type { PostgresPool, PostgresPoolClient } from 'kysely';
import type { CustomTypesConfig, PoolClient, QueryResult } from 'pg';
import { Pool, types as parsers } from 'pg';
import { databaseWork } from '../database-work.ts';
import { repeatedQueries } from '../prepared.ts';
import { isAway, translated } from './errors.ts';

const { INT8, NUMERIC } = parsers.builtins;

/** As SQLite has them: ids, times and sums are far below 2^53. */
export const numbers: CustomTypesConfig = {
  getTypeParser: (id, format) =>
    id === INT8 || id === NUMERIC ? Number : (parsers.getTypeParser(id, format) as never),
};

export interface PoolOptions {
  connectionString: string;
  /** Where tables are looked for and made. */
  schema: string;
  max: number;
  /** Without: a migration takes as long as it takes. */
  limits?: boolean;
}

/** How long one may wait for a connection, whether it has to be made or to become free (ms). */
const CONNECT_WAIT = 3_000;
/** A server that is stopped or cut off says nothing: the client's own limit is a little above the server's (ms). */
const LIMITS = {
  statement_timeout: 10_000,
  query_timeout: 12_000,
  lock_timeout: 5_000,
  idle_in_transaction_session_timeout: 10_000,
};

/** Connections to a server, dead ones noticed and replaced; errors as `translated` has them. */
export function createPool({ connectionString, schema, max, limits = true }: PoolOptions) {
  const pool = new Pool({
    connectionString,
    max,
    types: numbers,
    application_name: `medisupply ${schema}`,
    options: `-c search_path=${schema} -c timezone=UTC`,
    connectionTimeoutMillis: CONNECT_WAIT,
    keepAlive: true,
    keepAliveInitialDelayMillis: 5_000,
    ...(limits ? LIMITS : { idleTimeoutMillis: 0 }),
  });
  // An idle connection ended: the pool has taken it out, and makes another when one is needed.
  pool.on('error', () => undefined);
  // One that is given back as broken may still say so, when nobody listens any more.
  pool.on('connect', (client) => void client.on('error', () => undefined));
  return {
    async connect(): Promise<PostgresPoolClient> {
      try {
        // Nothing here streams with a cursor.
        return new Connection(await pool.connect()) as unknown as PostgresPoolClient;
      } catch (error) {
        throw translated(error);
      }
    },
    end: () => pool.end(),
    options: pool.options,
  } satisfies PostgresPool;
}

/**
 * PostgreSQL has no text with NUL and refuses it. Nothing that is stored has a control character (`text` of the
 * contracts): in the place of another one, it is not found there either.
 */
const storable = (value: unknown): unknown =>
  typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\u0001') : value;

const COUNTED = /^(?!start transaction|commit|rollback|begin)/;

const names = new Map<string, string>();

/** A query with a name is understood and planned once for each connection. */
function nameOf(sql: string): { name?: string } {
  if (!repeatedQueries.has(sql)) return {};
  const name = names.get(sql) ?? `q${names.size}`;
  names.set(sql, name);
  return { name };
}

class Connection {
  readonly #client: PoolClient;
  #isBroken = false;

  constructor(client: PoolClient) {
    this.#client = client;
    // Between two statements: the next one is told.
    client.on('error', this.#onError);
  }

  readonly #onError = () => {
    this.#isBroken = true;
  };

  async query(sql: string, parameters: readonly unknown[]): Promise<QueryResult> {
    if (COUNTED.test(sql)) databaseWork.statements += 1;
    try {
      return await this.#client.query({ text: sql, values: parameters.map(storable), ...nameOf(sql) });
    } catch (error) {
      this.#isBroken ||= isAway(error);
      throw translated(error);
    }
  }

  release(destroy?: boolean): void {
    this.#client.off('error', this.#onError);
    this.#client.release(this.#isBroken || destroy === true);
  }
}
