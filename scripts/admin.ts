/** `npm run admin`: sets a password on this machine, for when nobody can log in any more. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { openAutorizadorDatabase } from '@medisupply/autorizador/database';
import { hasDatabase, readDatabaseConfig } from '@medisupply/shared/db/database-environment';
import { createContrasenas } from '@medisupply/autorizador/usuarios/contrasenas';
import { createContrasenasComunes } from '@medisupply/autorizador/usuarios/contrasenas-comunes';
import { PRIMER_ADMINISTRADOR } from '@medisupply/autorizador/usuarios/crear-administrador';
import { ponerContrasena } from '@medisupply/autorizador/usuarios/poner-contrasena';
import { loadConfig } from '@medisupply/shared/config/load-config';
import { readSecret } from './terminal/read-secret.ts';
import { runCommand } from './terminal/run-command.ts';
import { UserError } from './terminal/user-error.ts';

const USAGE = `uso: npm run admin -- contrasena [--usuario ${PRIMER_ADMINISTRADOR}] [--archivo RUTA]
  Pregunta la contraseña nueva en la terminal; con --archivo la lee de un archivo, con --archivo - de la entrada estándar.`;

async function main(): Promise<void> {
  const { usuario, archivo } = options();
  const typedIn = process.cwd();
  process.chdir(fileURLToPath(new URL('..', import.meta.url)));
  if (existsSync('.env')) process.loadEnvFile('.env');
  const dataDir = resolve(process.env['DATA_DIR'] || '.data');
  const config = readDatabaseConfig('AUTORIZADOR', { ...process.env, DATA_DIR: dataDir });
  if (!hasDatabase(config, 'autorizador'))
    throw new UserError(
      `En ${dataDir} no hay ninguna instalación; indique DATA_DIR, o arranque una vez con npm start`,
    );
  const { secrets } = loadConfig(z.object({}), {
    env: { SECRETS_DIR: join(dataDir, 'secrets', 'autorizador'), ...process.env },
    secrets: { PASSWORD_PEPPER: { file: 'password_pepper', minLength: 32 } },
  });

  const file = archivo === undefined || archivo === '-' ? archivo : resolve(typedIn, archivo);
  const contrasena = await readSecret(`Contraseña nueva de ${usuario}`, file);
  const db = await openAutorizadorDatabase(config);
  try {
    const contrasenas = createContrasenas({ pepper: secrets.PASSWORD_PEPPER });
    const deps = { db, contrasenas, contrasenasComunes: createContrasenasComunes() };
    const result = await ponerContrasena(deps, usuario, contrasena, Date.now());
    if (!result.ok) throw new UserError(`${result.problem}; no se cambió nada`);
    const { nombre, usuario_id, reactivated } = result;
    process.stdout.write(
      `Contraseña de ${nombre} (usuario ${usuario_id}) cambiada en ${db.name}.\n` +
        (reactivated ? 'La cuenta estaba desactivada: vuelve a estar activa.\n' : '') +
        'Sus sesiones se cerraron; los tokens que tenía dejan de valer en unos 10 segundos.\n',
    );
  } finally {
    await db.close();
  }
}

function options(): { usuario: string; archivo: string | undefined } {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        usuario: { type: 'string', default: PRIMER_ADMINISTRADOR },
        archivo: { type: 'string' },
      },
    });
    if (positionals.join(' ') !== 'contrasena') throw new UserError(USAGE);
    return { usuario: values.usuario, archivo: values.archivo };
  } catch (error) {
    throw new UserError(USAGE, { cause: error });
  }
}

await runCommand(main, { refused: 2, messagesOnly: true });
