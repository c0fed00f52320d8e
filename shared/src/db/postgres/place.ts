import { readFileSync } from 'node:fs';
import { ConfigError } from '../../config/load-config.ts';
import type { Address } from '../database-environment.ts';
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
export function placeOf({ key, url, password }: Address, owner: string): Place {
  const schema = owner.replaceAll('-', '_');
  const withPassword = new URL(url);
  if (password) withPassword.password = encodeURIComponent(passwordIn(password));
  return {
    key,
    url,
    name: `${url.host}${url.pathname} (${schema})`,
    pool: { connectionString: withPassword.href, schema },
  };
}

function passwordIn({ key, file }: { key: string; file: string }): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new ConfigError([
      `${key}: no se puede leer ${file} (${codeOf(error)}); corrija la ruta o quite la variable`,
    ]);
  }
}
