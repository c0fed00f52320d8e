/** Finds where services, tasks, ports, secrets, gateway, compose file, manifests and documents contradict each other. */
import { existsSync, globSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import type { SecretSpec } from '@medisupply/shared/config/load-config';
import { ensureSecrets } from '@medisupply/shared/security/secrets';
import type { ListedService } from '@medisupply/shared/services';
import { portVariable, SERVICES, urlVariable } from '@medisupply/shared/services';
import type { TaskDeclaration } from '@medisupply/shared/tasks/define-task';
import { tipoOf } from '@medisupply/shared/tasks/define-task';
import { taskRegistry } from '@medisupply/shared/tasks/registry';
import { discoverHandlers } from '@medisupply/worker/discover';
import { DEFAULT_PORTS } from '../launcher/ports.ts';
import { manifestProblems } from './manifests.ts';
import { TASK_ROW } from './places.ts';
import type { Problem, Problems } from './problem.ts';
import { composeNameOf } from './problem.ts';
import { hasSlots, readText } from './slots.ts';

const LIST = 'shared/src/services.ts';
const REGISTRY = 'shared/src/tasks/registry.ts';
const COMPOSE = 'docker-compose.yml';

/** Of the repository at `root`, whose own modules these must be. Empty when everything agrees. */
export async function checkServices(root: string): Promise<Problem[]> {
  return [
    ...listProblems(),
    ...folderProblems(root),
    ...(await configProblems(root)),
    ...(await registryProblems(root)),
    ...(await handlerProblems(root)),
    ...envProblems(root),
    ...lockfileProblems(root),
    ...composeProblems(root),
    ...manifestProblems(root),
    ...['README.md', 'README.es.md'].flatMap((page) => [...pageProblems(root, page)]),
  ];
}

/** Two services in the same place. */
function* listProblems(): Problems {
  const unique: [string, (service: ListedService) => string | number | undefined][] = [
    ['el nombre', ({ name }) => name],
    ['la variable', ({ variable }) => variable],
    ['la ruta del gateway', ({ gateway }) => gateway?.path],
    ['la base', ({ database }) => database],
    ['el id de la clave de servicio', ({ serviceKey }) => serviceKey?.id],
  ];
  for (const [what, of] of unique) {
    for (const [value, services] of Map.groupBy(SERVICES, of)) {
      if (value === undefined || services.length === 1) continue;
      const names = services.map(({ name }) => name).join(' y ');
      yield { file: LIST, what: `${names} tienen ${what} ${value}`, remedy: 'dé otro a uno de ellos' };
    }
  }
  for (const [port, variables] of Map.groupBy(Object.entries(DEFAULT_PORTS), ([, value]) => value)) {
    if (variables.length === 1) continue;
    const names = variables.map(([variable]) => variable).join(' y ');
    yield { file: LIST, what: `${names} tienen el puerto ${port}`, remedy: 'dé otro a uno de ellos' };
  }
}

function* folderProblems(root: string): Problems {
  const folders = readdirSync(join(root, 'services'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
  for (const folder of folders) {
    if (SERVICES.some(({ name }) => name === folder)) continue;
    yield {
      file: `services/${folder}`,
      what: 'es una carpeta de servicio que no está en la lista',
      remedy: `añada una línea a ${LIST}, o borre la carpeta`,
    };
  }
  for (const { name } of SERVICES) {
    const main = `services/${name}/src/main.ts`;
    if (!existsSync(join(root, main))) {
      yield { file: main, what: 'falta', remedy: `créelo, o quite ${name} de ${LIST}` };
    }
  }
}

/** The configuration of each service, against its port and its secrets. */
async function configProblems(root: string): Promise<Problem[]> {
  const problems: Problem[] = [];
  const secretFiles = filesOfSecrets();
  for (const service of SERVICES) {
    const file = `services/${service.name}/src/config.ts`;
    if (!existsSync(join(root, file))) continue;
    const exported = await importFrom(root, file);
    const key = portVariable(service);
    const schemas = Object.values(exported).filter((value) => value instanceof z.ZodObject);
    const fallback = schemas.map((schema) => schema.shape[key]?.safeParse(undefined).data).find(Boolean);
    if (fallback !== service.port) {
      problems.push({
        file,
        what: `${key} es ${fallback === undefined ? 'desconocida' : String(fallback)} y en la lista es ${service.port}`,
        remedy: `ponga ${key}: port(${service.port}), o corrija ${LIST}`,
      });
    }
    const wanted = Object.values((exported['secrets'] ?? {}) as Record<string, SecretSpec>);
    for (const { file: secret } of wanted) {
      if (secretFiles.has(`${service.name}/${secret}`) || secretFiles.has(secret)) continue;
      const remedy =
        secret === 'service_key'
          ? `dé a ${service.name} una serviceKey en ${LIST}`
          : `añada ${service.name} a sus lectores en shared/src/security/secret-layout.ts`;
      problems.push({ file, what: `lee el secreto ${secret}, que nadie le da`, remedy });
    }
  }
  return problems;
}

/** Everything that the set-up makes, `<folder>/<file>`; a file without a folder is for who knows its path. */
function filesOfSecrets(): ReadonlySet<string> {
  const folder = mkdtempSync(join(tmpdir(), 'medisupply-secrets-'));
  try {
    return new Set(ensureSecrets(folder).written);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Declarations against the registry. */
async function registryProblems(root: string): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const file of globSync('shared/src/tasks/*.ts', { cwd: root }).toSorted()) {
    if (!/^export const \w+Tasks = \[/m.test(readText(root, file))) continue;
    for (const [name, list] of Object.entries(await importFrom(root, file))) {
      if (!name.endsWith('Tasks') || !Array.isArray(list)) continue;
      const missing = (list as TaskDeclaration[]).filter((task) => !taskRegistry.includes(task));
      if (missing.length === 0) continue;
      problems.push({
        file: REGISTRY,
        what: `no tiene ${missing.map((task) => task.name).join(', ')} de ${file}`,
        remedy: `importe ${name} y añada ...${name} a taskRegistry, o borre ${file}`,
      });
    }
  }
  for (const [tipo, tasks] of Map.groupBy(taskRegistry, tipoOf)) {
    if (tasks.length === 1) continue;
    problems.push({
      file: REGISTRY,
      what: `${tasks.map((task) => task.name).join(' y ')} tienen el mismo tipo, ${tipo}, en POST /tareas`,
      remedy: 'dé otro nombre a una de ellas, también a su archivo .task.ts',
    });
  }
  return problems;
}

/** Handlers against the registry: what the worker would say at its start. */
async function handlerProblems(root: string): Promise<Problem[]> {
  try {
    await discoverHandlers(join(root, 'services'), taskRegistry);
    return [];
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const said = error.message.split('\n').slice(1);
    if (said.length === 0) throw error;
    return said.map((line) => {
      const [, file = 'services', what = '', remedy = 'corríjalo'] =
        /^ *- (?:(services\/\S+): )?(.*?)(?:; (.*))?$/.exec(line) ?? [];
      return { file, what, remedy };
    });
  }
}

function* envProblems(root: string): Problems {
  const file = '.env.example';
  const stated = new Map(
    [...readText(root, file).matchAll(/^#?([A-Z0-9_]+_(?:PORT|URL))=(.*)$/gm)].map((match) => [
      match[1] ?? '',
      match[2] ?? '',
    ]),
  );
  const expected = new Map([
    ...Object.entries(DEFAULT_PORTS).map(([key, port]): [string, string] => [key, String(port)]),
    ...SERVICES.map((service): [string, string] => [
      urlVariable(service),
      `http://127.0.0.1:${service.port}`,
    ]),
  ]);
  for (const [key, value] of expected) {
    const found = stated.get(key);
    if (found === undefined) {
      const line = key.endsWith('_URL') ? `#${key}=${value}` : `${key}=${value}`;
      yield { file, what: `no tiene ${key}`, remedy: `añada «${line}» con su comentario` };
    } else if (found !== value) {
      yield { file, what: `${key} es ${found} y en la lista es ${value}`, remedy: `ponga ${key}=${value}` };
    }
  }
  for (const key of stated.keys()) {
    if (expected.has(key) || /^REDIS_(PORT|URL)$|DATABASE_(URL|PASSWORD_FILE)$/.test(key)) continue;
    yield {
      file,
      what: `${key} no es de ningún servicio de la lista`,
      remedy: `borre su línea, o añada el servicio a ${LIST}`,
    };
  }
}

function* lockfileProblems(root: string): Problems {
  const file = 'package-lock.json';
  const remedy = 'ejecute npm install --package-lock-only --ignore-scripts';
  const { packages } = JSON.parse(readText(root, file)) as { packages: Record<string, object> };
  for (const { name } of SERVICES) {
    const folder = `services/${name}`;
    if (!existsSync(join(root, folder, 'package.json'))) continue;
    if (packages[folder] && packages[`node_modules/@medisupply/${name}`]) continue;
    yield { file, what: `no tiene ${folder}`, remedy };
  }
  for (const path of Object.keys(packages)) {
    if (!/^services\/[^/]+$/.test(path) || existsSync(join(root, path))) continue;
    yield { file, what: `tiene ${path}, que no existe`, remedy };
  }
}

function* composeProblems(root: string): Problems {
  if (!existsSync(join(root, COMPOSE))) return;
  const text = readText(root, COMPOSE);
  const declared = new Set([...text.matchAll(/^ {2}([a-z][\w-]*):/gm)].map((match) => match[1] ?? ''));
  if (!hasSlots(text)) {
    yield {
      file: COMPOSE,
      what: 'no tiene ranuras <new-service>',
      remedy: 'ponga las de docs/add-a-service.md, para que npm run new-service sepa dónde añadir',
    };
  }
  for (const service of SERVICES) {
    const volumes = [`secrets_${service.name}`, ...(service.database ? [`data_${service.database}`] : [])];
    for (const entry of [composeNameOf(service), ...volumes]) {
      if (declared.has(entry)) continue;
      yield { file: COMPOSE, what: `no tiene ${entry}`, remedy: `añádalo como el de los otros servicios` };
    }
  }
  const known = new Set(SERVICES.map(composeNameOf));
  for (const entry of declared) {
    if (!entry.startsWith('m-') || known.has(entry)) continue;
    yield {
      file: COMPOSE,
      what: `${entry} no es de ningún servicio de la lista`,
      remedy: `bórrelo, o añada el servicio a ${LIST}`,
    };
  }
}

/** Rows for services, endpoints and tasks, against what there is. */
function* pageProblems(root: string, file: string): Problems {
  if (!existsSync(join(root, file))) return;
  const text = readText(root, file);
  const rows = [...text.matchAll(/^\|.*\|$/gm)].map(([row]) => row);
  const serviceRows = rows.filter((row) => /\]\(services\/[a-z0-9-]+\) *\|/.test(row));
  for (const { name, port, gateway } of SERVICES) {
    const row = serviceRows.find((candidate) => candidate.includes(`](services/${name})`));
    if (!row) {
      yield {
        file,
        what: `su tabla de servicios no tiene ${name}`,
        remedy: `añada una fila con services/${name} y ${port}`,
      };
    } else if (!new RegExp(`\\b${port}\\b`).test(row)) {
      yield { file, what: `la fila de ${name} no dice su puerto, ${port}`, remedy: 'corríjala' };
    }
    if (gateway && !new RegExp(`^\\| ${name} +\\|.*\\n\\| -.*\\n\\| \`[A-Z]+ /`, 'm').test(text)) {
      yield {
        file,
        what: `no tiene la tabla de rutas de ${name}`,
        remedy: 'añádala como la de los otros servicios',
      };
    }
  }
  for (const row of serviceRows) {
    const name = /\]\(services\/([a-z0-9-]+)\)/.exec(row)?.[1] ?? '';
    if (SERVICES.some((service) => service.name === name)) continue;
    yield { file, what: `tiene una fila de ${name}, que no está en la lista`, remedy: 'bórrela' };
  }
  const documented = new Map(
    rows.flatMap((row): [string, string][] => {
      const [, task, queue] = TASK_ROW.exec(row) ?? [];
      return task && queue ? [[task, queue]] : [];
    }),
  );
  for (const { name, queue } of taskRegistry) {
    const stated = documented.get(name);
    if (stated === undefined)
      yield { file, what: `su tabla de tareas no tiene ${name}`, remedy: 'añada su fila' };
    else if (stated !== queue)
      yield { file, what: `la fila de ${name} dice la cola ${stated} y es ${queue}`, remedy: 'corríjala' };
  }
  for (const name of documented.keys()) {
    if (taskRegistry.some((task) => task.name === name)) continue;
    yield {
      file,
      what: `tiene una fila de ${name}, que no está en el registro de tareas`,
      remedy: 'bórrela',
    };
  }
}

async function importFrom(root: string, path: string): Promise<Record<string, unknown>> {
  return (await import(pathToFileURL(join(root, path)).href)) as Record<string, unknown>;
}
