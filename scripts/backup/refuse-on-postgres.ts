import { SERVICES } from '@medisupply/shared/services';
import { UserError } from '../terminal/user-error.ts';
import type { Source } from './write-backup.ts';

const REMEDIES = {
  backup: ({ secretsDir }: Source) =>
    `guárdelos con «pg_dump --format=custom --file=medisupply.dump "$DATABASE_URL"», y con ellos la carpeta de los secretos, ${secretsDir}`,
  restore: ({ secretsDir }: Source) =>
    `restáurelos con «pg_restore --clean --if-exists --dbname="$DATABASE_URL" medisupply.dump», y con ellos la carpeta de los secretos, ${secretsDir}; para una copia de npm run backup, quite la variable, restáurela y trasládela con npm run move-data`,
};

/** A backup file holds SQLite databases. @throws UserError when services have theirs in PostgreSQL */
export function refuseOnPostgres(command: keyof typeof REMEDIES, source: Source): void {
  const keys = ['DATABASE_URL', ...SERVICES.map(({ variable }) => `${variable}_DATABASE_URL`)];
  const given = keys.filter((key) => process.env[key]);
  if (given.length === 0) return;
  throw new UserError(
    `${given.join(', ')}: hay datos en PostgreSQL, que npm run ${command} no alcanza; ${REMEDIES[command](source)} (docs/operations.md)`,
  );
}
