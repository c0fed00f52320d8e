/** `npm run new-service`: makes, removes and checks services; docs/add-a-service.md explains what it makes. */
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { checkServices } from './services/check.ts';
import type { Changes } from './services/generate.ts';
import { createService, removeService } from './services/generate.ts';
import { runCommand } from './terminal/run-command.ts';
import { UserError } from './terminal/user-error.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const USAGE = `Uso:
  npm run new-service -- mi-servicio [--port N]   hace el servicio mi-servicio
  npm run new-service -- mi-servicio --remove     lo quita; sus datos quedan
  npm run new-service -- --check                  dice si servicios, tareas, puertos y documentos se contradicen
`;

async function main(): Promise<number> {
  const asked = options();
  if (asked.help) return print(USAGE, 0);
  if (asked.check) return check();
  const { name } = asked;
  if (name === undefined) throw new UserError(`Falta el nombre del servicio.\n${USAGE}`);
  if (asked.remove) return print(removedText(await removeService(ROOT, name)), 0);
  return print(createdText(await createService(ROOT, name, asked.port)), 0);
}

function options() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        port: { type: 'string' },
        remove: { type: 'boolean', default: false },
        check: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    const [name, ...more] = positionals;
    const clashes =
      more.length > 0 ||
      (values.check && (name !== undefined || values.remove || values.port !== undefined)) ||
      (values.remove && values.port !== undefined);
    if (clashes) throw new Error('too much');
    return { ...values, name };
  } catch (cause) {
    throw new UserError(`No se entiende «${process.argv.slice(2).join(' ')}».\n${USAGE}`, { cause });
  }
}

async function check(): Promise<number> {
  const problems = await checkServices(ROOT);
  if (problems.length === 0) {
    return print(
      'Todo concuerda: servicios, tareas, puertos, secretos, gateway, manifiestos y documentos\n',
      0,
    );
  }
  const lines = problems.map(({ file, what, remedy }) => `  ${file}: ${what}\n    → ${remedy}`);
  process.stderr.write(`${problems.length} cosas no concuerdan:\n${lines.join('\n')}\n`);
  return 1;
}

function createdText({ service, created, changed }: Changes): string {
  const { name, port } = service;
  return [
    `Servicio ${name}: puerto ${port}, /api/v1/${name}/saludos, tarea ${name}.saludar_${service.snake}`,
    ...created.map((path) => `  creado    ${path}`),
    ...changed.map((path) => `  cambiado  ${path}`),
    '',
    `Probar:    npm test -- services/${name}`,
    'Arrancar:  npm start',
    'Seguir:    docs/add-a-service.md explica cada archivo',
    '',
  ].join('\n');
}

function removedText({ service, changed, removed }: Changes): string {
  const dataDir = resolve(ROOT, process.env['DATA_DIR'] || '.data');
  const kept = existsSync(dataDir)
    ? readdirSync(dataDir).filter((file) => file.startsWith(`${service.name}.db`))
    : [];
  const secrets = join(dataDir, 'secrets', service.name);
  const paths = [...kept.map((file) => join(dataDir, file)), ...(existsSync(secrets) ? [secrets] : [])];
  return [
    `Servicio ${service.name} quitado`,
    ...removed.map((path) => `  borrado   ${path}`),
    ...changed.map((path) => `  cambiado  ${path}`),
    '',
    paths.length > 0
      ? `Sus datos quedan; si ya no hacen falta: rm -r ${paths.join(' ')}`
      : `Sus datos, si los hay, quedan: ${service.name}.db y secrets/${service.name} de cada DATA_DIR`,
    '',
  ].join('\n');
}

function print(text: string, code: number): number {
  process.stdout.write(text);
  return code;
}

if (existsSync(join(ROOT, '.env'))) process.loadEnvFile(join(ROOT, '.env'));
await runCommand(main, { refused: 2 });
