/** `npm run restore`: puts a backup in the place of what is there, while the platform stands still. */
import { createReadStream, existsSync } from 'node:fs';
import { readCommandLine } from './backup/command-line.ts';
import { restoreBackup } from './backup/restore-backup.ts';
import { runCommand } from './terminal/run-command.ts';
import { UserError } from './terminal/user-error.ts';

const USAGE = `Uso: npm run restore -- ARCHIVO.tar [--reemplazar]
  ARCHIVO.tar      una copia de npm run backup; - (o nada) para la entrada estándar
  --reemplazar     pone aparte, en DATA_DIR/reemplazado-<momento>, los datos que haya
  --secretos DIR   la carpeta de los secretos (por defecto DATA_DIR/secrets)`;

async function main(): Promise<void> {
  process.umask(0o077);
  const { file = '-', source, flags } = readCommandLine(USAGE, { reemplazar: { type: 'boolean' } });
  const { manifest, before } = await restoreBackup(source, inputOf(file), {
    replace: flags['reemplazar'] === true,
  });
  const lines = [
    `Restaurada la copia del ${manifest.momento} (versión ${manifest.version}) en ${source.dataDir}`,
    ...(before === undefined ? [] : [`Lo que había queda en ${before}; contiene secretos`]),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

function inputOf(file: string): NodeJS.ReadableStream {
  if (file !== '-') {
    if (!existsSync(file)) throw new UserError(`No existe ${file}`);
    return createReadStream(file);
  }
  if (process.stdin.isTTY) throw new UserError(USAGE);
  return process.stdin;
}

await runCommand(main, { messagesOnly: true });
