import { existsSync } from 'node:fs';
import { z } from 'zod';
import { count, processEnvironment } from '../config/environment.ts';
import { ConfigError, loadConfig } from '../config/load-config.ts';
import { databaseFile } from './sqlite/database-file.ts';

const WANTED = 'Debe ser una dirección postgres://usuario@servidor/base';
const address = z
  .url({ protocol: /^postgres(ql)?$/, error: WANTED })
  .refine((value) => URL.canParse(value) && /^\/[^/]+$/.test(new URL(value).pathname), { error: WANTED })
  .optional();

const common = {
  /** Absent: SQLite in `DATA_DIR`. */
  DATABASE_URL: address,
  DATABASE_PASSWORD_FILE: z.string().optional(),
  /** Connections of one process to each of its databases. */
  DATABASE_POOL: count(10, 200),
};

/** Where an owner's database is; `prefix` is the owner's name as variables write it, `LOGISTICA`. */
export const databaseEnvironment = <const P extends string>(prefix: P) => ({
  ...common,
  ...({ [`${prefix}_DATABASE_URL`]: address } as Record<`${P}_DATABASE_URL`, typeof address>),
  ...({ [`${prefix}_DATABASE_PASSWORD_FILE`]: common.DATABASE_PASSWORD_FILE } as Record<
    `${P}_DATABASE_PASSWORD_FILE`,
    typeof common.DATABASE_PASSWORD_FILE
  >),
});

/** For commands: an owner's part of the environment. @throws ConfigError */
export const readDatabaseConfig = (prefix: string, env: NodeJS.ProcessEnv): DatabaseConfig =>
  loadConfig(z.object({ DATA_DIR: processEnvironment.DATA_DIR, ...databaseEnvironment(prefix) }), { env });

/** Whether there is something to open, as opening makes what is missing. */
export const hasDatabase = (config: DatabaseConfig, owner: string): boolean =>
  addressOf(config, owner) !== undefined || existsSync(databaseFile(config.DATA_DIR, owner));

/** What opening a database takes of a process's configuration. */
export type DatabaseConfig = {
  DATA_DIR: string;
  DATABASE_URL?: string | undefined;
  DATABASE_PASSWORD_FILE?: string | undefined;
  DATABASE_POOL: number;
} & { [key in `${string}_DATABASE_${'URL' | 'PASSWORD_FILE'}`]?: string | undefined };

export interface Address {
  /** The variable that gave it. */
  key: string;
  url: URL;
  /** Where its password is when it does not stand in the address. */
  password: { key: string; file: string } | undefined;
}

/** The one that counts for an owner, whatever its data folder holds. */
export function givenAddress(config: DatabaseConfig, owner: string): Address | undefined {
  const prefix = owner.toUpperCase().replaceAll('-', '_');
  const own = `${prefix}_DATABASE_URL` as const;
  const ownPassword = `${prefix}_DATABASE_PASSWORD_FILE` as const;
  const key = config[own] ? own : 'DATABASE_URL';
  const url = config[key];
  if (!url) return undefined;
  const passwordKey = config[ownPassword] ? ownPassword : 'DATABASE_PASSWORD_FILE';
  const file = config[passwordKey];
  return { key, url: new URL(url), password: file ? { key: passwordKey, file } : undefined };
}

/** @throws ConfigError when the owner has data in both places */
export function addressOf(config: DatabaseConfig, owner: string): Address | undefined {
  const given = givenAddress(config, owner);
  if (!given) return undefined;
  const { key } = given;
  const file = databaseFile(config.DATA_DIR, owner);
  if (existsSync(file)) {
    throw new ConfigError([
      `${key}: hay dos bases de ${owner}, esa y ${file}; quite ${key} para seguir con el archivo, trasládelo con npm run move-data, o apártelo si ya no vale`,
    ]);
  }
  return given;
}
