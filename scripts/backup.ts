/** `npm run backup`: databases and secrets into one file, also while the platform runs. */
import { createWriteStream, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { finished } from 'node:stream/promises';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { BackupError } from './backup/archive.ts';
import { writeBackup } from './backup/write-backup.ts';

const USAGE = `Uso: npm run backup [-- ARCHIVO.tar]
  ARCHIVO.tar      dónde dejarla (por defecto copias/medisupply-<momento>.tar); - para la salida estándar
  --secretos DIR   la carpeta de los secretos (por defecto DATA_DIR/secrets)`;

async function main(): Promise<void> {
  const { file, source } = options();
  if (file === '-') {
    await writeBackup(source, process.stdout);
    return;
  }
  // Complete or not there at all.
  const unfinished = `${file}.incompleta`;
  mkdirSync(dirname(file), { recursive: true });
  const output = createWriteStream(unfinished, { mode: 0o600 });
  try {
    const { bases } = await writeBackup(source, output);
    output.end();
    await finished(output);
    renameSync(unfinished, file);
    process.stdout.write(`${file}\n${Object.entries(bases).map(line).join('')}  secretos\n`);
  } finally {
    rmSync(unfinished, { force: true });
  }
}

const line = ([name, { bytes }]: [string, { bytes: number }]) => `  ${name} ${Math.ceil(bytes / 1024)} KiB\n`;

function options() {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const dataDir = resolve(process.env['DATA_DIR'] || '.data');
  const moment = new Date().toISOString().replaceAll(/[:.]/g, '-');
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { secretos: { type: 'string' } },
    });
    const [file = join('copias', `medisupply-${moment}.tar`), ...rest] = positionals;
    if (rest.length > 0) throw new BackupError(`Sobra ${rest.join(' ')}\n${USAGE}`);
    return {
      file: file === '-' ? file : resolve(file),
      source: { dataDir, secretsDir: resolve(values.secretos ?? join(dataDir, 'secrets')) },
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
