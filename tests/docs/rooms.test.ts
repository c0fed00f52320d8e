import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../launcher/launch.ts';

const SHARED = join(ROOT, 'shared/src');
const page = readFileSync(join(SHARED, 'README.md'), 'utf8');

/** Of everybody, from above and from below. */
const EVERYBODYS =
  /^(logging\/|services\.ts|version\.ts|contracts\/vocabulary\.ts|http\/(app-error|caller)\.ts)/;

const roomOf = (file: string) => file.split('/', 1)[0] ?? '';

/** What each room may use, by the arrows of the picture and those behind them. */
function reachable(): Map<string, Set<string>> {
  const arrows = new Map(
    [...page.matchAll(/^ {2}([\w.]+)(?:\[.*?\])? --> (.+)$/gm)].map(([, room = '', others = '']) => [
      room,
      others.split('&').map((other) => other.trim()),
    ]),
  );
  const from = (room: string): string[] => [room, ...(arrows.get(room) ?? []).flatMap(from)];
  return new Map(
    [...arrows.keys(), 'contracts', 'config', 'logging'].map((room) => [room, new Set(from(room))]),
  );
}

const files = globSync('**/*.ts', { cwd: SHARED });

test('when a file of shared uses another room, then the picture of its rooms has that arrow', () => {
  const allowed = reachable();
  const wrong = files
    .filter((file) => !['testing', 'index.ts', 'version.ts'].includes(roomOf(file)))
    .flatMap((file) =>
      [...readFileSync(join(SHARED, file), 'utf8').matchAll(/ from '(\.\.?\/[^']+)'/g)]
        .map(([, path = '']) => normalize(join(dirname(file), path)))
        .filter((used) => roomOf(used) !== roomOf(file) && !EVERYBODYS.test(used))
        .filter((used) => !allowed.get(roomOf(file))?.has(roomOf(used)))
        .map((used) => `${file} → ${used}`),
    );
  expect(wrong).toEqual([]);
});

test('when the rooms are counted, then the page has each', () => {
  const rooms = new Set(files.filter((file) => file.includes('/')).map(roomOf));
  expect(new Set([...page.matchAll(/^\| \[([a-z]+)\]\(\1\)/gm)].map(([, room]) => room))).toEqual(rooms);
});
