/** Rotates and revokes keys below `$DATA_DIR/secrets`; running processes follow. Prints no value. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  retirePreviousServiceKey,
  rotateFieldKeys,
  rotateServiceKey,
  rotateSignatureKeys,
  rotateTokenKeys,
} from '@medisupply/shared/security/rotate-keys';
import type { RotationReport } from '@medisupply/shared/security/rotate-keys';
import {
  revokeQueueKey,
  revokeServiceKey,
  revokeSignatureKeys,
  revokeTokenKeys,
} from '@medisupply/shared/security/revoke-keys';
import { runCommand } from './terminal/run-command.ts';
import { UserError } from './terminal/user-error.ts';

const USAGE = `uso:
  npm run keys -- rotate tokens          claves de los tokens de acceso
  npm run keys -- rotate firmas          claves de las firmas de entrega
  npm run keys -- rotate campos          claves de los datos personales
  npm run keys -- rotate servicio <id>   clave de un servicio; la anterior vale hasta \`retire\`
  npm run keys -- retire servicio <id>   deja de aceptar la clave anterior de ese servicio

Si una clave fue robada, en lugar de rotarla:
  npm run keys -- revoke tokens          los tokens dejan de valer; una renovación da otro
  npm run keys -- revoke firmas          lo que firme la clave robada ya no se acepta; lo aceptado sigue
  npm run keys -- revoke cola            lo que espera en las colas se envía de nuevo con la clave nueva
  npm run keys -- revoke servicio <id>   solo vale la clave nueva de ese servicio

Los procesos en marcha siguen los cambios en menos de 10 segundos, sin reiniciarlos.
`;

function run(secretsDir: string, [action, what, id, ...rest]: readonly string[]): RotationReport | undefined {
  if (rest.length > 0) return undefined;
  const command = `${action} ${what}`;
  if (command === 'rotate servicio' && id) return rotateServiceKey(secretsDir, id);
  if (command === 'retire servicio' && id) return retirePreviousServiceKey(secretsDir, id);
  if (command === 'revoke servicio' && id) return revokeServiceKey(secretsDir, id);
  if (id !== undefined) return undefined;
  if (command === 'rotate tokens') return rotateTokenKeys(secretsDir);
  if (command === 'rotate firmas') return rotateSignatureKeys(secretsDir);
  if (command === 'rotate campos') return rotateFieldKeys(secretsDir);
  if (command === 'revoke cola') return revokeQueueKey(secretsDir);
  if (command === 'revoke tokens') return revokeTokenKeys(secretsDir);
  if (command === 'revoke firmas') return revokeSignatureKeys(secretsDir);
  return undefined;
}

function main(): void {
  process.chdir(fileURLToPath(new URL('..', import.meta.url)));
  if (existsSync('.env')) process.loadEnvFile('.env');
  const secretsDir = resolve(join(process.env['DATA_DIR'] || '.data', 'secrets'));
  const report = run(secretsDir, process.argv.slice(2));
  if (!report) throw new UserError(USAGE);
  process.stdout.write(
    `en uso: ${report.actual}\n${report.written.map((path) => `  escrito ${path}\n`).join('')}`,
  );
}

await runCommand(main, { refused: 2, messagesOnly: true });
