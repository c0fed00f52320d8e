/** `npm run backup`: databases and secrets into one file, also while the platform runs. */
import { createWriteStream, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { finished } from 'node:stream/promises';
import { readCommandLine } from './backup/command-line.ts';
import { writeBackup } from './backup/write-backup.ts';
import { runCommand } from './terminal/run-command.ts';

const USAGE = `Uso: npm run backup [-- ARCHIVO.tar]
  ARCHIVO.tar      dónde dejarla (por defecto copias/medisupply-<momento>.tar); - para la salida estándar
  --secretos DIR   la carpeta de los secretos (por defecto DATA_DIR/secrets)`;

async function main(): Promise<void> {
  process.umask(0o077);
  const { file: asked, source } = readCommandLine(USAGE);
  if (asked === '-') {
    await writeBackup(source, process.stdout);
    return;
  }
  const moment = new Date().toISOString().replaceAll(/[:.]/g, '-');
  const file = resolve(asked ?? join('copias', `medisupply-${moment}.tar`));
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

await runCommand(main, { messagesOnly: true });
