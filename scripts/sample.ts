/** `npm run sample`: something to look at on an empty platform, and the same command takes it out again. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { PRIMER_ADMINISTRADOR } from '@medisupply/autorizador/usuarios/crear-administrador';
import { ADMIN_PASSWORD_FILE } from '@medisupply/shared/security/secret-layout';
import { gatewayAt } from './sample/gateway.ts';
import { openLedger } from './sample/ledger.ts';
import { makeSample } from './sample/make-sample.ts';
import { removeSample } from './sample/remove-sample.ts';
import { MUESTRAS, PRODUCTOS } from './sample/sample-data.ts';
import { readSecret } from './terminal/read-secret.ts';
import { runCommand } from './terminal/run-command.ts';
import { UserError } from './terminal/user-error.ts';

const USAGE = `uso: npm run sample [-- --base http://localhost:8080] [--usuario ${PRIMER_ADMINISTRADOR}] [--archivo RUTA]
     npm run sample -- --remove
  Crea entregas, productos y mensajeros de muestra; con --remove los quita sin dejar rastro. La contraseña del Admin es la que
  quedó en DATA_DIR; si ya la cambió, va en un archivo (--archivo, - es la entrada estándar).`;

async function main(): Promise<void> {
  const { remove, usuario, archivo, base } = options();
  const typedIn = process.cwd();
  process.chdir(fileURLToPath(new URL('..', import.meta.url)));
  if (existsSync('.env')) process.loadEnvFile('.env');
  const dataDir = resolve(process.env['DATA_DIR'] || '.data');
  if (!existsSync(dataDir))
    throw new UserError(
      `En ${dataDir} no hay ninguna instalación; indique DATA_DIR, o arranque una vez con npm start`,
    );
  const ledger = openLedger(dataDir);
  if (remove) {
    if (!ledger.exists()) throw new UserError('No hay datos de muestra');
    await removeSample(dataDir, ledger);
    process.stdout.write('Los datos de muestra se quitaron.\n');
    return;
  }
  if (ledger.exists())
    throw new UserError(
      `Ya hay datos de muestra, o quedaron a medias (${ledger.path}); quítelos con npm run sample -- --remove`,
    );
  const address = base ?? `http://localhost:${process.env['GATEWAY_PORT'] || 8080}`;
  const gateway = gatewayAt(address.replace(/\/+$/, ''));
  const file = join(dataDir, 'secrets', ADMIN_PASSWORD_FILE);
  const contrasena = await readSecret(
    `Contraseña de ${usuario}`,
    archivo === undefined ? file : archivo === '-' ? '-' : resolve(typedIn, archivo),
  );
  const { token } = await gateway.call('POST', '/autorizador/login', { nombre: usuario, contrasena });
  const mensajeros = await makeSample(gateway.as(String(token)), ledger);
  process.stdout.write(
    `${MUESTRAS.length} entregas, ${PRODUCTOS.length} productos y ${mensajeros.length} mensajeros de muestra:\n` +
      mensajeros.map(({ nombre, contrasena: dada }) => `  ${nombre.padEnd(16)} ${dada}\n`).join('') +
      'Se quitan con: npm run sample -- --remove\n',
  );
}

function options() {
  try {
    const { values } = parseArgs({
      options: {
        remove: { type: 'boolean', default: false },
        usuario: { type: 'string', default: PRIMER_ADMINISTRADOR },
        archivo: { type: 'string' },
        base: { type: 'string' },
      },
    });
    return values;
  } catch (error) {
    throw new UserError(USAGE, { cause: error });
  }
}

await runCommand(main, { refused: 2 });
