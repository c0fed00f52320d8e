/** Checks a proof of delivery against saved public keys; asks nobody. Exit code 0 genuine, 1 altered, 2 unknown or misused. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { withKeys } from '@medisupply/shared/proof/saved-keys';
import { relatar } from '@medisupply/shared/proof/tell';
import type { Claves, Veredicto } from '@medisupply/shared/proof/verify-proof';
import { clavesOf, verificarPrueba } from '@medisupply/shared/proof/verify-proof';
import { runCommand } from './terminal/run-command.ts';
import { reasonOf, UserError } from './terminal/user-error.ts';

const USAGE = `uso:
  npm run verify -- entrega-123.pod.json [--jwks jwks.json] [--foto foto.jpg] [--json]
  npm run verify -- --page verificar.html [--jwks jwks.json]

Comprueba una prueba de entrega sin preguntar a nadie: con las claves públicas guardadas, nunca con las que traiga el archivo.
--page escribe una página que hace lo mismo en un navegador, sin red, con esas claves dentro.
Sin --jwks son las de esta instalación (DATA_DIR); las de otra están en su /api/v1/autorizador/.well-known/jwks.json.
Termina con 0 si es auténtica, 1 si está alterada o su clave revocada, 2 si la firmó un desconocido o falta algo.
`;

const EXIT: Record<Veredicto, number> = {
  autentica: 0,
  alterada: 1,
  revocada: 1,
  ilegible: 1,
  desconocida: 2,
};

function commandLine() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        jwks: { type: 'string' },
        foto: { type: 'string' },
        page: { type: 'string' },
        json: { type: 'boolean' },
      },
    });
    return { ...values, files: positionals };
  } catch (error) {
    throw new UserError(USAGE, { cause: error });
  }
}

async function main(): Promise<number> {
  const { jwks, foto, page, json, files } = commandLine();
  const [file, ...more] = files;
  if (page === undefined ? file === undefined || more.length > 0 : file !== undefined)
    throw new UserError(USAGE);
  const keysFile = jwks === undefined ? ownKeys() : resolve(jwks);
  const claves = clavesOf(read(keysFile).toString('utf8'));
  if (!claves) throw new UserError(`${keysFile} no tiene claves de pruebas; indique otro con --jwks`);
  if (page !== undefined) return writePage(resolve(page), claves);

  const picture = foto === undefined ? undefined : new Uint8Array(read(foto));
  const informe = await verificarPrueba(read(file!).toString('utf8'), claves, picture);
  const relato = relatar(informe, 'es');
  if (json)
    process.stdout.write(`${JSON.stringify({ ...informe, documento: undefined, ...relato }, null, 2)}\n`);
  else process.stdout.write(textOf(file!, relato));
  return EXIT[informe.veredicto];
}

function textOf(file: string, relato: ReturnType<typeof relatar>): string {
  const { titulo, explicacion, hallazgos, datos, probado, noProbado } = relato;
  const list = (heading: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : ['', heading, ...lines.map((line) => `  · ${line}`)];
  return [
    `${file}: ${titulo}`,
    explicacion,
    ...hallazgos.map(({ parte, texto }) => `  · ${texto} (${parte})`),
    ...list(
      'Dice:',
      datos.map(({ nombre, valor }) => `${nombre}: ${valor}`),
    ),
    ...list('Queda probado:', probado),
    ...list('No queda probado:', noProbado),
    '',
  ].join('\n');
}

/** Only here: esbuild is not among the packages of the images. */
async function writePage(path: string, claves: Claves): Promise<number> {
  const { verifierPage } = await import('./setup/build-verifier.mjs');
  writeFileSync(path, withKeys(verifierPage(), claves, new Date()));
  process.stdout.write(`${path}: ábrala en cualquier navegador, también sin red\n`);
  return 0;
}

/** Of the installation here. */
function ownKeys(): string {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const env = join(root, '.env');
  if (existsSync(env)) process.loadEnvFile(env);
  const path = join(resolve(root, process.env['DATA_DIR'] || '.data'), 'secrets/autorizador/jwks.json');
  if (!existsSync(path))
    throw new UserError(`No hay claves en ${path}; indique las de la plataforma con --jwks\n\n${USAGE}`);
  return path;
}

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new UserError(`No se puede leer ${path} (${reasonOf(cause)})`, { cause });
  }
}

await runCommand(main, { refused: 2 });
