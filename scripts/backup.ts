/** `npm run backup`: databases and secrets into one file, also while the platform runs. */
import { createWriteStream, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { encryptFor } from '@medisupply/shared/security/encrypted-file';
import type { Manifest } from './backup/archive.ts';
import { readCommandLine } from './backup/command-line.ts';
import { contentsOf } from './backup/contents.ts';
import { readRecipients, writeKeyPair } from './backup/key-file.ts';
import type { Source } from './backup/write-backup.ts';
import { writeBackup } from './backup/write-backup.ts';
import { runCommand } from './terminal/run-command.ts';

const USAGE = `Uso: npm run backup [-- ARCHIVO.tar]
  ARCHIVO.tar           dónde dejarla (por defecto copias/medisupply-<momento>.tar); - para la salida estándar
  --para CLAVE          la cifra para una clave pública age1…, o las de un archivo; la abre quien tenga la privada
  --nueva-clave ARCHIVO hace un par de claves: la privada en ARCHIVO, que se guarda en otra parte, y la pública en ARCHIVO.pub
  --secretos DIR        la carpeta de los secretos (por defecto DATA_DIR/secrets)`;

async function main(): Promise<void> {
  process.umask(0o077);
  const {
    file: asked,
    source,
    flags,
  } = readCommandLine(USAGE, {
    para: { type: 'string' },
    'nueva-clave': { type: 'string' },
  });
  const keyFile = flags['nueva-clave'];
  if (typeof keyFile === 'string') {
    process.stdout.write(`${await writeKeyPair(resolve(keyFile))}\n`);
    return;
  }
  const recipients = typeof flags['para'] === 'string' ? readRecipients(flags['para']) : [];
  if (asked === '-') {
    await write(source, recipients, process.stdout);
    return;
  }
  const moment = new Date().toISOString().replaceAll(/[:.]/g, '-');
  const suffix = recipients.length > 0 ? '.tar.age' : '.tar';
  const file = resolve(asked ?? join('copias', `medisupply-${moment}${suffix}`));
  // Complete or not there at all.
  const unfinished = `${file}.incompleta`;
  mkdirSync(dirname(file), { recursive: true });
  const output = createWriteStream(unfinished, { mode: 0o600 });
  try {
    const described = await write(source, recipients, output);
    output.end();
    await finished(output);
    renameSync(unfinished, file);
    process.stdout.write(`${file}\n${contentsOf(described)}`);
  } finally {
    rmSync(unfinished, { force: true });
  }
}

/** Into `output`, which stays open. */
async function write(
  source: Source,
  recipients: readonly string[],
  output: NodeJS.WritableStream,
): Promise<Manifest> {
  if (recipients.length === 0) return writeBackup(source, output);
  const plain = new PassThrough();
  const encrypted = await encryptFor(recipients, plain);
  const [described] = await Promise.all([
    writeBackup(source, plain).then(
      (manifest) => {
        plain.end();
        return manifest;
      },
      (error: Error) => {
        plain.destroy(error);
        throw error;
      },
    ),
    pipeline(encrypted, output, { end: false }),
  ]);
  return described;
}

await runCommand(main, { messagesOnly: true });
