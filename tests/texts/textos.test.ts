/** The texts of every feature, in both languages. */
import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../launcher/launch.ts';

const APP = join(ROOT, 'frontend', 'src', 'app');
const FOLDERS = globSync('**/i18n/es.json', { cwd: APP }).map((path) => dirname(path));

/** Each key with the parameters of its text. */
function keysOf(texts: unknown, prefix = ''): string[] {
  if (typeof texts === 'string') {
    const parameters = [...texts.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map((match) => match[1] ?? '');
    return [`${prefix} ${parameters.toSorted().join(',')}`];
  }
  return Object.entries(texts as Record<string, unknown>).flatMap(([key, value]) =>
    keysOf(value, prefix ? `${prefix}.${key}` : key),
  );
}

const read = (folder: string, idioma: string): unknown =>
  JSON.parse(readFileSync(join(APP, folder, `${idioma}.json`), 'utf8'));

test('when the folders of texts are looked up, then the frame and the features have one each', () => {
  expect(FOLDERS).toEqual(expect.arrayContaining([join('core', 'i18n'), join('acceso', 'i18n')]));
});

test.each(FOLDERS)('when %s is read, then English has the keys and parameters of Spanish', (folder) => {
  expect(keysOf(read(folder, 'en')).toSorted()).toEqual(keysOf(read(folder, 'es')).toSorted());
});

test('when templates name a text literally, then it is there', () => {
  const known = new Set(
    FOLDERS.flatMap((folder) => {
      const feature = folder === join('core', 'i18n') ? '' : `${basename(dirname(folder))}.`;
      return keysOf(read(folder, 'es')).map((key) => `${feature}${key.split(' ')[0]}`);
    }),
  );
  const missing = globSync('**/*.{ts,html}', { cwd: APP }).flatMap((path) => {
    const source = readFileSync(join(APP, path), 'utf8').replaceAll(/^ *(\/\*|\* |\/\/).*$/gm, '');
    const prefix = /prefix: '([\w.]+)'/.exec(source)?.[1];
    return [...source.matchAll(/\bt\(\s*'([\w.]+)'\s*[,)]/g)]
      .map((match) => match[1] ?? '')
      .filter((key) => !known.has(key) && !(prefix && known.has(`${prefix}.${key}`)))
      .map((key) => `${relative('.', path)}: ${key}`);
  });
  expect(missing).toEqual([]);
});
