import { readFileSync } from 'node:fs';
import { ConfigError } from '../../config/load-config.ts';
import type { Address, DatabaseConfig } from '../database-environment.ts';
import { codeOf } from './errors.ts';
import type { PoolOptions } from './pool.ts';

/** Where an owner's schema is, and how to get there. */
export interface Place {
  /** The variable that says where. */
  key: string;
  url: URL;
  /** How messages name it. */
  name: string;
  pool: Omit<PoolOptions, 'max' | 'limits'>;
}

/** @throws ConfigError */
export function placeOf(
  { DATABASE_PASSWORD_FILE }: DatabaseConfig,
  { key, url }: Address,
  owner: string,
): Place {
  const schema = owner.replaceAll('-', '_');
  const withPassword = new URL(url);
  if (DATABASE_PASSWORD_FILE) withPassword.password = encodeURIComponent(passwordIn(DATABASE_PASSWORD_FILE));
  return {
    key,
    url,
    name: `${url.host}${url.pathname} (${schema})`,
    pool: { connectionString: withPassword.href, schema },
  };
}

function passwordIn(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new ConfigError([
      `DATABASE_PASSWORD_FILE: no se puede leer ${file} (${codeOf(error)}); corrija la ruta o quite la variable`,
    ]);
  }
}
