/** `npm run move-data`: all that SQLite in DATA_DIR holds into PostgreSQL, or back, while the platform stands still. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { lockDataDir } from './launcher/data-dir-lock.ts';
import { prepareDataDir } from './launcher/data-dir.ts';
import type { Direction } from './move-data/move-owners.ts';
import { moveOwners } from './move-data/move-owners.ts';
import { runCommand } from './terminal/run-command.ts';
import { UserError } from './terminal/user-error.ts';

const USAGE = `uso: npm run move-data -- --to postgres://usuario@servidor/base
     npm run move-data -- --from postgres://usuario@servidor/base
  Con --to lleva a PostgreSQL lo que hay en DATA_DIR; con --from trae a DATA_DIR lo que hay en PostgreSQL. La plataforma tiene que
  estar parada, y el destino vacío. Si se interrumpe, repita la misma orden. La contraseña va en la dirección o en
  DATABASE_PASSWORD_FILE; SERVICIO_DATABASE_URL vale para ese servicio en lugar de la dirección dada.`;

async function main(): Promise<void> {
  process.umask(0o077);
  const direction = options();
  process.chdir(fileURLToPath(new URL('..', import.meta.url)));
  if (existsSync('.env')) process.loadEnvFile('.env');
  const dataDir = resolve(process.env['DATA_DIR'] || '.data');
  prepareDataDir(dataDir);
  const lock = await lockDataDir(dataDir, 'move');
  try {
    await moveOwners(dataDir, direction, (line) => process.stdout.write(`${line}\n`));
  } finally {
    lock.release();
  }
}

function options(): Direction {
  try {
    const { values } = parseArgs({ options: { to: { type: 'string' }, from: { type: 'string' } } });
    const { to, from } = values;
    if ((to === undefined) === (from === undefined)) throw new UserError(USAGE);
    return to === undefined ? { url: from!, into: 'sqlite' } : { url: to, into: 'postgres' };
  } catch (error) {
    throw new UserError(USAGE, { cause: error });
  }
}

await runCommand(main, { refused: 2, messagesOnly: true });
