/** `npm run restore`: puts a backup in the place of what is there, while the platform stands still. */
import { createReadStream, existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { BackupError } from './backup/archive.ts';
import { restoreBackup } from './backup/restore-backup.ts';

const USAGE = `Uso: npm run restore -- ARCHIVO.tar [--reemplazar]
  ARCHIVO.tar      una copia de npm run backup; - (o nada) para la entrada estándar
  --reemplazar     pone aparte, en DATA_DIR/reemplazado-<momento>, los datos que haya
  --secretos DIR   la carpeta de los secretos (por defecto DATA_DIR/secrets)`;

async function main(): Promise<void> {
  const { file, target, replace } = options();
  const { manifest, before } = await restoreBackup(target, inputOf(file), { replace });
  const lines = [
    `Restaurada la copia del ${manifest.momento} (versión ${manifest.version}) en ${target.dataDir}`,
    ...(before === undefined ? [] : [`Lo que había queda en ${before}; contiene secretos`]),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

function inputOf(file: string): NodeJS.ReadableStream {
  if (file !== '-') {
    if (!existsSync(file)) throw new BackupError(`No existe ${file}`);
    return createReadStream(file);
  }
  if (process.stdin.isTTY) throw new BackupError(USAGE);
  return process.stdin;
}

function options() {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const dataDir = resolve(process.env['DATA_DIR'] || '.data');
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { secretos: { type: 'string' }, reemplazar: { type: 'boolean', default: false } },
    });
    const [file = '-', ...rest] = positionals;
    if (rest.length > 0) throw new BackupError(`Sobra ${rest.join(' ')}\n${USAGE}`);
    return {
      file: file === '-' ? file : resolve(file),
      replace: values.reemplazar,
      target: { dataDir, secretsDir: resolve(values.secretos ?? join(dataDir, 'secrets')) },
    };
  } catch (error) {
    if (error instanceof BackupError) throw error;
    throw new BackupError(USAGE, { cause: error });
  }
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof BackupError ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
