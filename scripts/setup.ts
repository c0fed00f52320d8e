/**
 * Makes every secret that is missing below `$DATA_DIR/secrets`; a second run changes nothing. Prints no value.
 *
 *     node scripts/setup.ts [--admin-password PATH] [--group-readable FOLDER]… [--bases FOLDER] [--postgres]
 *
 * In containers the administrator's password lies with autorizador's own secrets, Redis runs as another user, and the
 * databases that an older version kept in one folder get one each. `--postgres` makes the passwords of a PostgreSQL as well.
 */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureSecrets } from '@medisupply/shared/security/secrets';
import { splitDatabases } from './setup/split-databases.ts';
import { explained } from './launcher/data-dir.ts';
import { runCommand } from './terminal/run-command.ts';

const dataDir = resolve(process.env['DATA_DIR'] || '.data');

function main(): void {
  process.umask(0o077);
  const { values } = parseArgs({
    options: {
      'admin-password': { type: 'string' },
      'group-readable': { type: 'string', multiple: true },
      bases: { type: 'string' },
      postgres: { type: 'boolean' },
    },
  });
  for (const [name, rows] of Object.entries(values.bases ? splitDatabases(values.bases) : {}))
    process.stdout.write(
      `${name}: ${rows} filas copiadas y comprobadas; el original queda en ${values.bases}\n`,
    );
  const secretsDir = join(dataDir, 'secrets');
  const { written } = ensureSecrets(secretsDir, {
    ...(values['admin-password'] === undefined ? {} : { adminPassword: values['admin-password'] }),
    groupReadable: values['group-readable'] ?? [],
    postgres: values.postgres ?? false,
    foreignRedis: Boolean(process.env['REDIS_URL']),
  });
  const lines =
    written.length === 0
      ? ['nada que hacer: todos los secretos existen']
      : written.map((path) => `creado ${path}`);
  process.stdout.write(`${secretsDir}\n${lines.map((line) => `  ${line}\n`).join('')}`);
}

await runCommand(() => {
  try {
    main();
  } catch (error) {
    throw explained(error, dataDir);
  }
});
