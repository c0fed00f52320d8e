import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { ROOT } from '../launcher/launch.ts';
import { rowsOf, section } from './markdown.ts';

const PAGES = globSync(['*.md', 'docs/**/*.md'], { cwd: ROOT }).toSorted();
const FILES = globSync('**/*.{ts,mjs,js,md}', {
  cwd: ROOT,
  exclude: (name) => name.endsWith('node_modules') || name.startsWith('.data'),
}).map((path) => `/${path}`);

/** Made by whoever follows CONTRIBUTING. */
const EXAMPLE = /contar-entregas|mi-servicio/;

const read = (page: string) => readFileSync(join(ROOT, page), 'utf8');

/** As the headings of a page are linked to. */
const anchorsOf = (markdown: string) =>
  [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

describe.each(PAGES)('%s', (page) => {
  const markdown = read(page);

  test('when it links to a file, a folder or a heading, then that is there', () => {
    const targets = [...markdown.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '');
    const missing = targets.filter((target) => {
      if (/^https?:/.test(target)) return false;
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? page : join(dirname(page), path);
      return (
        !existsSync(join(ROOT, file)) || (anchor !== undefined && !anchorsOf(read(file)).includes(anchor))
      );
    });
    expect(missing).toEqual([]);
  });

  test('when it names a source file, then there is one', () => {
    const named = [...markdown.matchAll(/`([\w./-]+\.(?:ts|mjs|js|md))`/g)].map((match) => match[1] ?? '');
    const missing = named.filter((name) => {
      const path = name.startsWith('.') ? name : `/${name}`;
      return !EXAMPLE.test(name) && !FILES.some((file) => file.endsWith(path));
    });
    expect(missing).toEqual([]);
  });

  test('when it names an npm script, then package.json has it', () => {
    const named = [
      ...markdown.matchAll(/\bnpm (?:run (?:--silent )?)?(start|test|(?<=run (?:--silent )?)[a-z][\w:-]*)/g),
    ].map((match) => match[1] ?? '');
    expect(named.filter((name) => !Object.hasOwn(packageJson.scripts, name))).toEqual([]);
  });
});

test('when package.json has a script for people, then it has a line in the README', () => {
  const documented = rowsOf(section(read('README.md'), 'Commands'), /^command$/).map(([command = '']) =>
    command.replaceAll('`', '').replace(/^npm (run )?/, ''),
  );
  const isHook = (name: string) =>
    /^(pre|post)/.test(name) && Object.hasOwn(packageJson.scripts, name.replace(/^(pre|post)/, ''));
  const scripts = Object.keys(packageJson.scripts).filter((name) => !isHook(name));
  expect(documented.toSorted()).toEqual(scripts.toSorted());
});
