import type { Address, DatabaseConfig } from '@medisupply/shared/db/database-environment';
import { addressOf, readDatabaseConfig } from '@medisupply/shared/db/database-environment';
import type { Owned } from '@medisupply/shared/db/postgres/dump';
import { SERVICES } from '@medisupply/shared/services';

/** Whose data is in PostgreSQL, by the environment. @throws ConfigError when an owner has data in both places */
export const onPostgres = (
  dataDir: string,
  find: (config: DatabaseConfig, owner: string) => Address | undefined = addressOf,
): Owned[] =>
  SERVICES.flatMap(({ database: owner, variable }) => {
    if (owner === undefined) return [];
    const config = readDatabaseConfig(variable, { ...process.env, DATA_DIR: dataDir });
    const address = find(config, owner);
    return address ? [{ owner, address }] : [];
  });
