/** Makes a service from `templates/service`, and takes one out again. Everything is worked out before a file is touched. */
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Options } from 'prettier';
import { format, resolveConfig } from 'prettier';
import { SERVICES } from '@medisupply/shared/services';
import { assertPortsFree, DEFAULT_PORTS } from '../launcher/ports.ts';
import { UserError } from '../terminal/user-error.ts';
import { placesIn } from './places.ts';
import type { NewService } from './service-names.ts';
import { fillTemplate, newServiceOf, whyNotName } from './service-names.ts';
import { readText } from './slots.ts';

const TEMPLATE = 'templates/service';
/** New services take the first free one from here on. */
const FIRST_PORT = 5005;

export interface Changes {
  service: NewService;
  /** Paths from the root. */
  created: string[];
  changed: string[];
  removed: string[];
}

/** @throws UserError when it cannot be done; nothing was changed then */
export async function createService(root: string, name: string, port: string | undefined): Promise<Changes> {
  assertFree(root, name);
  const service = newServiceOf(name, await portOf(port));
  const made = [...filesOfTemplate(root, service)];
  const edited = placesIn(root).map(({ file, add }): [string, string] => {
    const text = add(readText(root, file), service);
    if (text === undefined) {
      throw new UserError(
        `${file} no tiene la forma que se esperaba y no hay dónde añadir el servicio; compárelo con docs/add-a-service.md`,
      );
    }
    return [file, text];
  });
  await writeAll(root, [...made, ...edited]);
  return {
    service,
    created: ownPathsOf(name),
    changed: edited.map(([file]) => file),
    removed: [],
  };
}

/** @throws UserError */
export async function removeService(root: string, name: string): Promise<Changes> {
  const listed = SERVICES.find((service) => service.name === name);
  if (!listed || BUILT_IN.has(name)) {
    const others = SERVICES.map((service) => service.name).filter((known) => !BUILT_IN.has(known));
    const known =
      others.length > 0 ? `los que se pueden quitar: ${others.join(', ')}` : 'no hay ninguno que quitar';
    const reason = listed ? 'es parte de la plataforma' : 'no es un servicio';
    throw new UserError(`«${name}» ${reason}; ${known}`);
  }
  const users = usersOf(root, name);
  if (users.length > 0) {
    throw new UserError(
      `Otros archivos usan las tareas de ${name}: ${users.join(', ')}; quite antes ese uso`,
    );
  }
  const service = newServiceOf(name, listed.port);
  const edited = placesIn(root)
    .map(({ file, remove }) => ({ file, before: readText(root, file), remove }))
    .map(({ file, before, remove }) => ({ file, before, after: remove(before, service) }))
    .filter(({ before, after }) => before !== after)
    .map(({ file, after }): [string, string] => [file, after]);
  await writeAll(root, edited);
  const removed = ownPathsOf(name);
  for (const path of removed) rmSync(join(root, path), { recursive: true, force: true });
  return { service, created: [], changed: edited.map(([file]) => file), removed };
}

/** The services without which the platform does not work. */
const BUILT_IN = new Set(['autorizador', 'logistica-inventario', 'monitor', 'bull-board']);

const declarationOf = (name: string) => `shared/src/tasks/${name}.ts`;
const manifestOf = (name: string) => `deploy/kubernetes/base/m-${name}.yaml`;
/** What is there for it alone. */
const ownPathsOf = (name: string) => [`services/${name}`, declarationOf(name), manifestOf(name)];

function assertFree(root: string, name: string): void {
  const reason = whyNotName(name);
  if (reason) throw new UserError(reason);
  const { variable, camel } = newServiceOf(name, 0);
  const taken = (what: string) => new UserError(`«${name}» ya está en uso (${what}); elija otro nombre`);
  for (const service of SERVICES) {
    const names = [service.name, service.gateway?.path, service.database, service.serviceKey?.id];
    if (names.includes(name)) throw taken(`servicio ${service.name}`);
    if (service.variable === variable || newServiceOf(service.name, 0).camel === camel) {
      throw taken(`se confunde con ${service.name}`);
    }
  }
  if (existsSync(join(root, 'services', name))) throw taken(`services/${name}`);
  if (existsSync(join(root, declarationOf(name)))) throw taken(declarationOf(name));
  if (new RegExp(`^#?${variable}_(PORT|URL)=`, 'm').test(readText(root, '.env.example'))) {
    throw taken(`${variable}_PORT o ${variable}_URL de .env.example`);
  }
}

async function portOf(text: string | undefined): Promise<number> {
  const users = new Map<number, string>(
    Object.entries(DEFAULT_PORTS).map(([variable, port]) => [port, variable]),
  );
  if (text === undefined) {
    let port = FIRST_PORT;
    while (users.has(port)) port += 1;
    return port;
  }
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1_024 || port > 65_535) {
    throw new UserError(`--port ${text} no es un puerto que sirva; use un número de 1024 a 65535`);
  }
  const user = users.get(port) ?? (port === 6379 ? 'Redis' : undefined);
  if (user) throw new UserError(`--port ${port} es el puerto de ${user}; elija otro`);
  await assertPortsFree({ '--port': port }, '127.0.0.1', 0);
  return port;
}

/** Every file of the template with the names of the service: path from the root, and contents. */
function* filesOfTemplate(root: string, service: NewService): Generator<[string, string]> {
  const files = globSync('**/*', { cwd: join(root, TEMPLATE), withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules'))
    .map((entry) => join(entry.parentPath, entry.name).slice(join(root, TEMPLATE).length + 1));
  for (const file of files.toSorted()) {
    const text = fillTemplate(readText(root, `${TEMPLATE}/${file}`), service);
    if (file === 'declaration.ts') yield [declarationOf(service.name), insideShared(text)];
    else if (file === 'kubernetes.yaml') yield [manifestOf(service.name), text];
    else yield [`services/${service.name}/${fillTemplate(file, service)}`, outsideShared(text, service)];
  }
}

const insideShared = (text: string) =>
  text
    .replaceAll('@medisupply/shared/tasks/', './')
    .replaceAll('@medisupply/shared/', '../')
    .replaceAll(/from '(\.\.?\/[^']+)'/g, "from '$1.ts'");

const outsideShared = (text: string, { name }: NewService) =>
  text.replaceAll(/'(?:\.\.\/)+declaration\.ts'/g, `'@medisupply/shared/tasks/${name}'`);

function usersOf(root: string, name: string): string[] {
  const pattern = new RegExp(`tasks/${name}(\\.ts)?'`);
  return globSync('{shared,services,worker,scripts,tests,frontend}/**/*.ts', {
    cwd: root,
    exclude: (path) => path.endsWith('node_modules') || path === `services/${name}`,
  }).filter((file) => !file.startsWith(`services/${name}/`) && pattern.test(readText(root, file)));
}

/** Formatted, so that nothing remains to be done; the lockfile as npm writes it. */
async function writeAll(root: string, files: readonly [string, string][]): Promise<void> {
  const formatted: [string, string][] = [];
  for (const [file, text] of files) {
    const path = join(root, file);
    const isCode = /\.(ts|md|json)$/.test(file) && file !== 'package-lock.json';
    formatted.push([path, isCode ? await prettierText(path, text) : text]);
  }
  for (const [path, text] of formatted) {
    mkdirSync(dirname(path), { recursive: true });
    if (!existsSync(path) || readFileSync(path, 'utf8') !== text) writeFileSync(path, text);
  }
}

async function prettierText(path: string, text: string): Promise<string> {
  const options: Options = { ...(await resolveConfig(path)), filepath: path };
  return format(text, options);
}
