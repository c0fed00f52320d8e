/** `npm run restore`: puts a backup in the place of what is there, while the platform stands still. */
import { createReadStream, existsSync } from 'node:fs';
import { decryptWith, isEncrypted } from '@medisupply/shared/security/encrypted-file';
import { readManifest } from './backup/archive.ts';
import { readCommandLine } from './backup/command-line.ts';
import { contentsOf } from './backup/contents.ts';
import { readIdentities } from './backup/key-file.ts';
import { restoreBackup } from './backup/restore-backup.ts';
import { runCommand } from './terminal/run-command.ts';
import { UserError } from './terminal/user-error.ts';

const USAGE = `Uso: npm run restore -- ARCHIVO.tar [--reemplazar]
  ARCHIVO.tar      una copia de npm run backup; - (o nada) para la entrada estándar
  --reemplazar     pone aparte, en DATA_DIR/reemplazado-<momento>, los datos que haya
  --clave ARCHIVO  la clave privada de una copia cifrada
  --que-hay        solo dice qué contiene la copia
  --secretos DIR   la carpeta de los secretos (por defecto DATA_DIR/secrets)`;

async function main(): Promise<void> {
  process.umask(0o077);
  const {
    file = '-',
    source,
    flags,
  } = readCommandLine(USAGE, {
    reemplazar: { type: 'boolean' },
    clave: { type: 'string' },
    'que-hay': { type: 'boolean' },
  });
  const input = inputOf(file);
  const open = () => decrypted(input, flags['clave']);
  if (flags['que-hay'] === true) {
    const manifest = await readManifest(await open());
    process.stdout.write(
      `Copia del ${manifest.momento} (versión ${manifest.version})\n${contentsOf(manifest)}`,
    );
    return;
  }
  const { manifest, before } = await restoreBackup(source, open, {
    replace: flags['reemplazar'] === true,
  });
  const lines = [
    `Restaurada la copia del ${manifest.momento} (versión ${manifest.version}) en ${source.dataDir}`,
    ...(before === undefined ? [] : [`Lo que había queda en ${before}; contiene secretos`]),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** @throws UserError without a key, or with one that is not this backup's */
async function decrypted(input: NodeJS.ReadableStream, keyFile: unknown): Promise<NodeJS.ReadableStream> {
  const { encrypted, whole } = await isEncrypted(input);
  if (!encrypted) return whole;
  if (typeof keyFile !== 'string')
    throw new UserError('La copia está cifrada; indique su clave con --clave ARCHIVO');
  const identities = readIdentities(keyFile);
  try {
    return await decryptWith(identities, whole);
  } catch (error) {
    throw new UserError(`La clave de ${keyFile} no abre esta copia`, { cause: error });
  }
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
