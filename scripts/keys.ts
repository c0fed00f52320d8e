/** Rotates and revokes keys below `$DATA_DIR/secrets`; running processes follow. Prints no value. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import {
  retirePreviousServiceKey,
  rotateFieldKeys,
  rotateProofKeys,
  rotateServiceKey,
  rotateSignatureKeys,
  rotateTokenKeys,
} from '@medisupply/shared/security/rotate-keys';
import type { RotationReport } from '@medisupply/shared/security/rotate-keys';
import {
  revokeFieldKeys,
  revokeProofKeys,
  revokeQueueKey,
  revokeServiceKey,
  revokeSignatureKeys,
  revokeTokenKeys,
} from '@medisupply/shared/security/revoke-keys';
import { recifrar } from './keys/recifrar.ts';
import { auditCommand } from './terminal/audit.ts';
import { runCommand } from './terminal/run-command.ts';
import { UserError } from './terminal/user-error.ts';

const USAGE = `uso:
  npm run keys -- rotate tokens          claves de los tokens de acceso
  npm run keys -- rotate firmas          claves de las firmas de entrega
  npm run keys -- rotate pruebas         claves de los sellos de las pruebas
  npm run keys -- rotate campos          claves de los datos personales
  npm run keys -- rotate servicio <id>   clave de un servicio; la anterior vale hasta \`retire\`
  npm run keys -- retire servicio <id>   deja de aceptar la clave anterior de ese servicio
  npm run keys -- recifrar               cifra todo con la clave actual y borra las anteriores

Si una clave fue robada, en lugar de rotarla:
  npm run keys -- revoke tokens          los tokens dejan de valer; una renovación da otro
  npm run keys -- revoke firmas          lo que firme la clave robada ya no se acepta; lo aceptado sigue
  npm run keys -- revoke pruebas         lo que selló la clave robada ya no prueba nada; pida las pruebas de nuevo
  npm run keys -- revoke campos          la clave nueva escribe; después ejecute \`recifrar\`
  npm run keys -- revoke cola            lo que espera en las colas se envía de nuevo con la clave nueva
  npm run keys -- revoke servicio <id>   solo vale la clave nueva de ese servicio

Los procesos en marcha siguen los cambios en menos de 10 segundos, sin reiniciarlos.
--datos DIR: dónde están las bases de datos, si no es DATA_DIR (recifrar)
--kubernetes DIR: los Secrets que \`npm run setup -- --kubernetes DIR\` escribió; después, \`kubectl apply -f DIR\`
`;

type Command = (secretsDir: string) => RotationReport;

const COMMANDS: Record<string, Command> = {
  'rotate tokens': rotateTokenKeys,
  'rotate firmas': rotateSignatureKeys,
  'rotate pruebas': rotateProofKeys,
  'rotate campos': rotateFieldKeys,
  'revoke tokens': revokeTokenKeys,
  'revoke firmas': revokeSignatureKeys,
  'revoke pruebas': revokeProofKeys,
  'revoke campos': revokeFieldKeys,
  'revoke cola': revokeQueueKey,
};

const SERVICE_COMMANDS: Record<string, (secretsDir: string, id: string) => RotationReport> = {
  'rotate servicio': rotateServiceKey,
  'retire servicio': retirePreviousServiceKey,
  'revoke servicio': revokeServiceKey,
};

/** @throws UserError that shows the usage for anything that is not understood */
function commandOf([action, what, id, ...rest]: readonly string[]): Command {
  const name = `${action} ${what}`;
  const ofService = SERVICE_COMMANDS[name];
  if (ofService && id && rest.length === 0) return (secretsDir) => ofService(secretsDir, id);
  const command = COMMANDS[name];
  if (!command || id !== undefined) throw new UserError(USAGE);
  return command;
}

function commandLine(): { datos: string | undefined; kubernetes: string | undefined; words: string[] } {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { datos: { type: 'string' }, kubernetes: { type: 'string' } },
    });
    return { datos: values.datos, kubernetes: values.kubernetes, words: positionals };
  } catch (error) {
    throw new UserError(USAGE, { cause: error });
  }
}

async function main(): Promise<void> {
  process.chdir(fileURLToPath(new URL('..', import.meta.url)));
  if (existsSync('.env')) process.loadEnvFile('.env');
  const { datos, kubernetes, words } = commandLine();
  const dataDir = resolve(process.env['DATA_DIR'] || '.data');
  const secretsDir = join(dataDir, 'secrets');
  if (kubernetes !== undefined) return inKubernetes(resolve(kubernetes), words);
  if (words.length === 1 && words[0] === 'recifrar') {
    await recifrar(datos ? resolve(datos) : dataDir, secretsDir);
    auditCommand(dataDir, 'claves: recifrar');
    return;
  }
  const report = commandOf(words)(secretsDir);
  auditCommand(dataDir, `claves: ${words.join(' ')}`);
  process.stdout.write(
    `en uso: ${report.actual}\n${report.written.map((path) => `  escrito ${path}\n`).join('')}`,
  );
}

/** Its packages are not in the image. What was done is noted beside the Secrets. */
async function inKubernetes(folder: string, words: readonly string[]): Promise<void> {
  const command = commandOf(words);
  const { withKubernetesSecrets } = await import('./setup/kubernetes-secrets.ts');
  const { result, written } = withKubernetesSecrets(folder, command);
  auditCommand(folder, `claves: ${words.join(' ')}`);
  process.stdout.write(
    `en uso: ${result.actual}\n${written.map((file) => `  escrito ${file}\n`).join('')}kubectl apply -f ${folder}\n`,
  );
}

await runCommand(main, { refused: 2, messagesOnly: true });
