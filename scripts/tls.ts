/** `npm run tls -- self-signed`: a certificate for a first try of HTTPS, and the authority that a phone can be told to trust. */
import { chmodSync, chownSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runCommand } from './terminal/run-command.ts';
import { UserError } from './terminal/user-error.ts';
import { ownHosts, selfSigned } from './tls/self-signed.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const USAGE = `uso: npm run tls -- self-signed [--host NOMBRE]… [--dir CARPETA] [--reemplazar]
  Hace un certificado para este equipo (localhost, su nombre y sus direcciones) y para cada --host, en .tls por defecto.`;
const NAME = /^(?=.{1,253}$)(\*\.)?([a-z\d]([a-z\d-]{0,61}[a-z\d])?\.)*[a-z\d]([a-z\d-]{0,61}[a-z\d])?$/;
/** The group under which containers read files of the host (docker-compose.yml). */
const CONTAINERS = 1_000;

async function main(): Promise<void> {
  const { hosts, dir, reemplazar } = options();
  const paths = {
    authority: join(dir, 'ca.pem'),
    certificate: join(dir, 'cert.pem'),
    key: join(dir, 'key.pem'),
  };
  if (existsSync(paths.key) && !reemplazar)
    throw new UserError(`${paths.key} ya existe; con --reemplazar se hace otro`);
  const made = await selfSigned([...new Set([...ownHosts(), ...hosts])]);
  mkdirSync(dir, { recursive: true, mode: 0o755 });
  writeFileSync(paths.authority, made.authority, { mode: 0o644 });
  writeFileSync(paths.certificate, made.certificate, { mode: 0o644 });
  writeFileSync(paths.key, made.key, { mode: 0o600 });
  // Nginx and Bull Board are other users in containers; of root's files they get this one through their group.
  if (process.getuid?.() === 0) chownSync(paths.key, 0, CONTAINERS);
  chmodSync(paths.key, 0o640);
  const shown = (path: string) => {
    const local = relative(ROOT, path);
    return local.startsWith('..') ? path : `./${local}`;
  };
  process.stdout.write(
    [
      `${shown(paths.authority)}    la autoridad: instálela en el teléfono o navegador que deba confiar`,
      `${shown(paths.certificate)}  el certificado, de 397 días`,
      `${shown(paths.key)}   su clave`,
      '',
      'Ponga en .env y arranque de nuevo (npm start o docker-compose up -d):',
      `TLS_CERT_FILE=${shown(paths.certificate)}`,
      `TLS_KEY_FILE=${shown(paths.key)}`,
      '',
      'Las órdenes de este equipo confían así:',
      `NODE_EXTRA_CA_CERTS=${shown(paths.authority)} npm run demo -- --base https://localhost:8080`,
      '',
    ].join('\n'),
  );
}

function options(): { hosts: string[]; dir: string; reemplazar: boolean } {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        host: { type: 'string', multiple: true, default: [] },
        dir: { type: 'string', default: join(ROOT, '.tls') },
        reemplazar: { type: 'boolean', default: false },
      },
    });
    if (positionals.join(' ') !== 'self-signed') throw new UserError(USAGE);
    const bad = values.host.find((host) => !isIP(host) && !NAME.test(host.toLowerCase()));
    if (bad !== undefined) throw new UserError(`--host: «${bad}» no es un nombre ni una dirección\n${USAGE}`);
    return {
      hosts: values.host.map((host) => host.toLowerCase()),
      dir: resolve(values.dir),
      reemplazar: values.reemplazar,
    };
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(USAGE, { cause: error });
  }
}

await runCommand(main, { refused: 2 });
