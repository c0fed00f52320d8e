/** The places outside its own folder where a service is entered, each with how to enter it and how to take it out. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { NewService } from './service-names.ts';
import { addToSlots, removeFromSlots, slotFilesIn } from './slots.ts';

export interface Place {
  /** From the root. */
  file: string;
  /** Undefined when there is no place for it. */
  add: (text: string, service: NewService) => string | undefined;
  remove: (text: string, service: NewService) => string;
}

/** Those that exist in this repository. */
export const placesIn = (root: string): Place[] => [
  serviceList,
  registry,
  envExample,
  lockfile,
  ...[readme, leeme].filter(({ file }) => existsSync(join(root, file))),
  ...slotFilesIn(root).map((file) => ({ file, add: addToSlots, remove: removeFromSlots })),
];

const serviceList: Place = {
  file: 'shared/src/services.ts',
  add: (text, service) =>
    replaceOnce(text, /^\] as const satisfies readonly Service\[\];$/m, (end) => {
      const { name, title, variable, port } = service;
      return `{
        name: '${name}', title: '${title}', variable: '${variable}',
        port: ${port}, gateway: { path: '${name}' }, database: '${name}',
        serviceKey: { id: '${name}', scopes: ['tareas'] },
      },\n${end}`;
    }),
  remove: (text, { name }) =>
    text.replace(new RegExp(`^  \\{\\n    name: '${name}',\\n(    .*\\n)*  \\},\\n`, 'm'), ''),
};

const LIST = /^(export const taskRegistry: readonly TaskDeclaration\[\] = \[)([^\]]*?),?\s*\];/m;

const registry: Place = {
  file: 'shared/src/tasks/registry.ts',
  add(text, { name, camel }) {
    const imports = text.match(/^import \{ \w+Tasks \} from '.*';$/gm);
    const last = imports?.at(-1);
    if (!last || !LIST.test(text)) return undefined;
    return text
      .replace(last, `${last}\nimport { ${camel}Tasks } from './${name}.ts';`)
      .replace(LIST, `$1$2, ...${camel}Tasks];`);
  },
  remove: (text, { name, camel }) =>
    text
      .replace(`import { ${camel}Tasks } from './${name}.ts';\n`, '')
      .replace(new RegExp(`,\\s*\\.\\.\\.${camel}Tasks\\b`), ''),
};

const envExample: Place = {
  file: '.env.example',
  add(text, { name, variable, port }) {
    const withPort = afterLast(text, /^[A-Z_]+_PORT=\d+$/, [`# ${name}.`, `${variable}_PORT=${port}`]);
    const withUrl =
      withPort &&
      afterLast(withPort, /^#[A-Z_]+_URL=http:/, [
        `# How processes find ${name}; the launcher makes it from ${variable}_PORT.`,
        `#${variable}_URL=http://127.0.0.1:${port}`,
      ]);
    return (
      withUrl &&
      afterLast(withUrl, /^#[A-Z_]+_DATABASE_PASSWORD_FILE=/, [
        `# Another address for the database of ${name} alone.`,
        `#${variable}_DATABASE_URL=`,
        `# File with the password for the database of ${name} alone.`,
        `#${variable}_DATABASE_PASSWORD_FILE=`,
      ])
    );
  },
  remove: (text, { variable }) =>
    text.replaceAll(
      new RegExp(`^# .*\\n#?${variable}_(PORT|URL|DATABASE_URL|DATABASE_PASSWORD_FILE)=.*\\n`, 'gm'),
      '',
    ),
};

interface Lockfile {
  packages: Record<string, object & { dependencies?: Record<string, string> }>;
}

/** What `npm install --package-lock-only` would write, without asking a registry. */
const lockfile: Place = {
  file: 'package-lock.json',
  add(text, { name }) {
    const lock = JSON.parse(text) as Lockfile;
    const model = lock.packages['services/logistica-inventario'];
    const versions = model?.dependencies;
    if (!versions) return undefined;
    const dependencies = Object.fromEntries(
      ['@medisupply/shared', 'kysely', 'zod'].map((dependency) => [dependency, versions[dependency]]),
    );
    const folder = `services/${name}`;
    return withPackages(lock, {
      ...lock.packages,
      [`node_modules/@medisupply/${name}`]: { resolved: folder, link: true },
      [folder]: { name: `@medisupply/${name}`, version: '0.1.0', dependencies },
    });
  },
  remove(text, { name }) {
    const lock = JSON.parse(text) as Lockfile;
    const ours = new Set([`node_modules/@medisupply/${name}`, `services/${name}`]);
    return withPackages(
      lock,
      Object.fromEntries(Object.entries(lock.packages).filter(([path]) => !ours.has(path))),
    );
  },
};

const withPackages = (lock: Lockfile, packages: Record<string, object>): string => {
  const sorted = Object.entries(packages).toSorted(([a], [b]) => a.localeCompare(b, 'en'));
  return `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`;
};

/** Rows of its tables, found by what stands in them: services by their folder, tasks and endpoints by their service. */
function documentedIn(
  file: string,
  words: (service: NewService) => { service: string; task: string; who: string; post: string; get: string },
): Place {
  return {
    file,
    add(text, service) {
      const { name, snake, port } = service;
      const said = words(service);
      const withService = afterLast(text, /^\|.*\]\(services\/[a-z0-9-]+\) *\|/, [
        `| ${name} | [services/${name}](services/${name}) | ${port} | ${said.service} |`,
      ]);
      const withTask =
        withService &&
        afterLast(withService, TASK_ROW, [
          `| \`${name}.saludar_${snake}\` | ${snake} | 30 s | ${said.task} |`,
        ]);
      return (
        withTask &&
        afterLast(withTask, ENDPOINT_ROW, [
          '',
          `| ${name} | ${said.who} |`,
          '| --- | --- | --- |',
          `| \`POST /saludos\` | user | ${said.post} |`,
          `| \`GET /saludos\` | user | ${said.get} |`,
        ])
      );
    },
    remove: (text, { name }) =>
      text
        .replace(new RegExp(`\\n\\| ${name} +\\|.*\\n\\| -.*\\n(\\| \`[A-Z]+ /.*\\n)*`), '')
        .replaceAll(new RegExp(`^\\| (${name} +\\| \\[services/|\`${name}\\.).*\\n`, 'gm'), ''),
  };
}

/** `| task | queue |` of the table of tasks. */
export const TASK_ROW = /^\| `([a-z0-9-]+\.[a-z0-9_]+)` +\| ([a-z][a-z0-9_-]*) +\|/;
const ENDPOINT_ROW = /^\| `(GET|POST|PUT|PATCH|DELETE) \//;

const readme = documentedIn('README.md', ({ title }) => ({
  service: `${title}: greetings`,
  task: 'greets somebody and stores the greeting',
  who: 'who | answers',
  post: '202 enqueued, the worker makes the greeting',
  get: '200 greetings, paged',
}));

const leeme = documentedIn('README.es.md', ({ title }) => ({
  service: `${title}: saludos`,
  task: 'saluda a alguien y guarda el saludo',
  who: 'quién | responde',
  post: '202 encolado, el worker hace el saludo',
  get: '200 saludos, por páginas',
}));

/** `text` with `lines` after the last line that matches; undefined when none does. */
function afterLast(text: string, pattern: RegExp, lines: readonly string[]): string | undefined {
  const all = text.split('\n');
  const index = all.findLastIndex((line) => pattern.test(line));
  return index < 0 ? undefined : all.toSpliced(index + 1, 0, ...lines).join('\n');
}

function replaceOnce(
  text: string,
  pattern: RegExp,
  replacement: (found: string) => string,
): string | undefined {
  return pattern.test(text) ? text.replace(pattern, replacement) : undefined;
}
