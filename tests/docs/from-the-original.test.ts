import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as shared from '@medisupply/shared';
import packageJson from '../../package.json' with { type: 'json' };
import { ROOT } from '../launcher/launch.ts';
import { rowsOf, section } from './markdown.ts';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

const page = read('docs/from-the-original.md');
const compose = read('docker-compose.yml');

/** The code spans of a column of the tables of a section. */
const named = (heading: string, column: number): string[] =>
  rowsOf(section(page, heading), /^(original|what)$/).flatMap((cells) =>
    [...(cells[column] ?? '').matchAll(/`([^`]+)`/g)].map(([, text = '']) => text),
  );

test('when it names a file or a folder of ours, then that is there', () => {
  const missing = named('Files', 1).filter((path) => globSync(path, { cwd: ROOT }).length === 0);
  expect(missing).toEqual([]);
});

test('when it names a helper, then @medisupply/shared exports it', () => {
  const helpers = named('Helpers', 1).filter((name) => /^[a-z]+[A-Z]\w+$/.test(name));
  expect(helpers.length).toBeGreaterThan(8);
  expect(helpers.filter((name) => !Object.hasOwn(shared, name))).toEqual([]);
});

test('when it names a service or an alias, then docker-compose.yml has it', () => {
  const services = new Set([...compose.matchAll(/^ {2}([a-z-]+):$/gm)].map(([, name]) => name));
  expect(named('Services of docker-compose', 1).filter((name) => !services.has(name))).toEqual([]);
  const aliases = [...compose.matchAll(/aliases: \[([^\]]+)\]/g)].flatMap(([, names = '']) =>
    names.split(', '),
  );
  expect(named('Services of docker-compose', 2).toSorted()).toEqual(aliases.toSorted());
});

test('when it names a variable of ours, then .env.example has it', () => {
  const known = new Set([...read('.env.example').matchAll(/^#?([A-Z][A-Z0-9_]*)=/gm)].map(([, key]) => key));
  const variables = [...named('Variables', 1), ...named('Commands', 1)]
    .map((text) => text.split('=', 1)[0] ?? '')
    .filter((text) => /^[A-Z][A-Z0-9_]+$/.test(text));
  expect(variables.length).toBeGreaterThan(20);
  expect(variables.filter((name) => !known.has(name))).toEqual([]);
});

test('when it names a command, then its script and its order are there', () => {
  const usages = ['inspect', 'control'].map((name) => read(`worker/src/operator/${name}.ts`)).join('\n');
  const known = usages + read('scripts/experiment.ts');
  const commands = named('Commands', 1).flatMap((text) => {
    const [, script, order] = /^npm (?:run )?([\w:-]+)(?: -- ([\w-]+))?/.exec(text) ?? [];
    return script === undefined ? [] : [{ script, order }];
  });
  expect(commands.length).toBeGreaterThan(12);
  expect(commands.filter(({ script }) => !Object.hasOwn(packageJson.scripts, script))).toEqual([]);
  expect(commands.filter(({ order }) => order !== undefined && !known.includes(order))).toEqual([]);
  const inContainers = named('Commands', 1).flatMap(
    (text) => /^docker-compose exec -T (\S+) node (\S+)/.exec(text)?.slice(1) ?? [],
  );
  expect(inContainers).toEqual(['worker', 'scripts/inspect.ts']);
});

test('when it names an endpoint of ours, then the README has it', () => {
  const documented = section(read('README.md'), 'Endpoints');
  expect(named('Endpoints', 1).filter((operation) => !documented.includes(`\`${operation}\``))).toEqual([]);
});

test.each(['README.md', 'README.es.md'])(
  'when somebody searches %s for a word that he knows, then it leads here',
  (name) => {
    const readme = read(name);
    expect(['Flask', 'Celery', 'Flower'].filter((word) => !readme.includes(word))).toEqual([]);
    expect(readme).toContain('(docs/from-the-original.md)');
  },
);
