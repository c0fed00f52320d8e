/** Makes every secret that is missing below `$DATA_DIR/secrets`; a second run changes nothing. Prints no value. */
import { join, resolve } from 'node:path';
import { ensureSecrets } from '@medisupply/shared/security/secrets';

const secretsDir = resolve(join(process.env['DATA_DIR'] || '.data', 'secrets'));
const { written } = ensureSecrets(secretsDir);
const lines =
  written.length === 0
    ? ['nada que hacer: todos los secretos existen']
    : written.map((path) => `creado ${path}`);
process.stdout.write(`${secretsDir}\n${lines.map((line) => `  ${line}\n`).join('')}`);
