/** `npm run postgres -- roles`: a role of PostgreSQL for each service, which reaches its own schema alone. */
import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { makeRoles } from '@medisupply/shared/db/postgres/roles';
import { writeFileAtomic } from '@medisupply/shared/security/atomic-file';
import { SERVICES } from '@medisupply/shared/services';
import { runCommand } from './terminal/run-command.ts';
import { UserError } from './terminal/user-error.ts';

const USAGE = `uso: npm run postgres -- roles --admin postgres://administrador@servidor/base
  Hace en esa base un esquema y un rol por servicio, cada uno con contraseña nueva, y escribe sus direcciones en
  DATA_DIR/secrets/postgres.env. La contraseña del administrador va en la dirección o en PGPASSWORD.`;

async function main(): Promise<void> {
  const admin = options();
  process.chdir(fileURLToPath(new URL('..', import.meta.url)));
  if (existsSync('.env')) process.loadEnvFile('.env');
  const folder = join(resolve(process.env['DATA_DIR'] || '.data'), 'secrets');
  const owners = new Map(
    SERVICES.flatMap((service) =>
      service.database === undefined ? [] : [[service.database, service.variable] as const],
    ),
  );
  const made = await makeRoles(admin, [...owners.keys()]).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`No se pudo hacer ningún rol en ${admin.host}: ${reason}`, { cause: error });
  });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'postgres.env');
  const lines = made.map(({ owner, url }) => `${owners.get(owner)}_DATABASE_URL=${url.href}\n`);
  writeFileAtomic(file, lines.join(''), 0o600);
  const told = made.map(
    ({ owner, url }) => `${owner}: rol ${url.username}, esquema ${owner.replaceAll('-', '_')}\n`,
  );
  process.stdout.write(
    `${told.join('')}Sus direcciones, con contraseña, están en ${file}: cópielas en .env y arranque de nuevo.\n`,
  );
}

function options(): URL {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { admin: { type: 'string' } },
    });
    const { admin = '' } = values;
    if (positionals.join(' ') !== 'roles' || !/^postgres(ql)?:/.test(admin)) throw new UserError(USAGE);
    return new URL(admin);
  } catch (error) {
    throw new UserError(USAGE, { cause: error });
  }
}

await runCommand(main, { refused: 2, messagesOnly: true });
