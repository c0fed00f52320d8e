/**
 * Makes every secret that is missing below `$DATA_DIR/secrets`; a second run changes nothing. Prints no value.
 *
 *     node scripts/setup.ts [--admin-password PATH] [--group-readable FOLDER]… [--bases FOLDER] [--postgres]
 *     npm run setup -- --kubernetes FOLDER [--database-password FILE]
 *
 * In containers the administrator's password lies with autorizador's own secrets, Redis runs as another user, and the
 * databases that an older version kept in one folder get one each; `--postgres` makes the passwords of a PostgreSQL as
 * well. For Kubernetes it writes Secrets for `kubectl apply -f` instead, with PostgreSQL's password when that is given.
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureSecrets } from '@medisupply/shared/security/secrets';
import { splitDatabases } from './setup/split-databases.ts';
import { explained } from './launcher/data-dir.ts';
import { runCommand } from './terminal/run-command.ts';
import { reasonOf, UserError } from './terminal/user-error.ts';

const dataDir = resolve(process.env['DATA_DIR'] || '.data');

async function main(): Promise<void> {
  process.umask(0o077);
  const { values } = parseArgs({
    options: {
      'admin-password': { type: 'string' },
      'group-readable': { type: 'string', multiple: true },
      bases: { type: 'string' },
      kubernetes: { type: 'string' },
      'database-password': { type: 'string' },
      postgres: { type: 'boolean' },
    },
  });
  if (values.kubernetes !== undefined)
    return kubernetes(resolve(values.kubernetes), values['database-password']);
  for (const [name, rows] of Object.entries(values.bases ? splitDatabases(values.bases) : {}))
    process.stdout.write(
      `${name}: ${rows} filas copiadas y comprobadas; el original queda en ${values.bases}\n`,
    );
  const secretsDir = join(dataDir, 'secrets');
  const { written } = ensureSecrets(secretsDir, {
    ...(values['admin-password'] === undefined ? {} : { adminPassword: values['admin-password'] }),
    groupReadable: values['group-readable'] ?? [],
    postgres: values.postgres ?? false,
    foreignRedis: Boolean(process.env['REDIS_URL']),
  });
  const lines =
    written.length === 0
      ? ['nada que hacer: todos los secretos existen']
      : written.map((path) => `creado ${path}`);
  process.stdout.write(`${secretsDir}\n${lines.map((line) => `  ${line}\n`).join('')}`);
}

/** Its packages are not in the image, which has no use for it. */
async function kubernetes(folder: string, passwordFile: string | undefined): Promise<void> {
  const { ensureKubernetesSecrets } = await import('./setup/kubernetes-secrets.ts');
  const password = passwordFile === undefined ? undefined : readPassword(passwordFile);
  const written = ensureKubernetesSecrets(folder, password);
  const lines =
    written.length === 0
      ? ['nada que hacer: todos los secretos existen']
      : written.map((file) => `escrito ${file}`);
  process.stdout.write(`${folder}
${lines.map((line) => `  ${line}\n`).join('')}
Son todas las claves de la plataforma: guárdelas fuera del repositorio, con copia. Siguiente paso:
  kubectl apply -f deploy/kubernetes/base/namespace.yaml
  kubectl apply -f ${folder}
  kubectl apply -k deploy/kubernetes/overlays/one-node   (o scale, scale-keda; vea docs/kubernetes.md)
`);
}

function readPassword(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new UserError(`--database-password: no se puede leer ${file} (${reasonOf(cause)})`, { cause });
  }
}

await runCommand(async () => {
  try {
    await main();
  } catch (error) {
    throw explained(error, dataDir);
  }
});
