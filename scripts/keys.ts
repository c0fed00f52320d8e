/** Rotates keys below `$DATA_DIR/secrets`. Prints no value. */
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
import { auditCommand } from './terminal/audit.ts';
import { runCommand } from './terminal/run-command.ts';
import { UserError } from './terminal/user-error.ts';

const USAGE = `uso:
  npm run keys -- rotate tokens          claves de los tokens de acceso; después reinicie autorizador
  npm run keys -- rotate firmas          claves de las firmas de entrega; después reinicie autorizador
  npm run keys -- rotate campos          claves de los datos personales; después reinicie logistica-inventario y worker
  npm run keys -- rotate servicio <id>   clave de un servicio; después reinicie los verificadores y luego el servicio
  npm run keys -- retire servicio <id>   deja de aceptar la clave anterior de ese servicio
`;

function run(secretsDir: string, [action, what, id, ...rest]: readonly string[]): RotationReport | undefined {
  if (rest.length > 0) return undefined;
  const command = `${action} ${what}`;
  if (command === 'rotate servicio' && id) return rotateServiceKey(secretsDir, id);
  if (command === 'retire servicio' && id) return retirePreviousServiceKey(secretsDir, id);
  if (id !== undefined) return undefined;
  if (command === 'rotate tokens') return rotateTokenKeys(secretsDir);
  if (command === 'rotate firmas') return rotateSignatureKeys(secretsDir);
  if (command === 'rotate campos') return rotateFieldKeys(secretsDir);
  return undefined;
}

function main(): void {
  process.chdir(fileURLToPath(new URL('..', import.meta.url)));
  if (existsSync('.env')) process.loadEnvFile('.env');
  const dataDir = resolve(process.env['DATA_DIR'] || '.data');
  const secretsDir = join(dataDir, 'secrets');
  const report = run(secretsDir, process.argv.slice(2));
  if (!report) throw new UserError(USAGE);
  auditCommand(dataDir, `claves: ${process.argv.slice(2).join(' ')}`);
  process.stdout.write(
    `en uso: ${report.actual}\n${report.written.map((path) => `  escrito ${path}\n`).join('')}`,
  );
}

await runCommand(main, { refused: 2, messagesOnly: true });
