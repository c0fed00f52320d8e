import { expect, test } from 'vitest';
import { licensesOf, refused } from '../../scripts/licenses/read-licenses.ts';

const lock = (packages: Record<string, object>) => ({ packages: { '': { license: 'MIT' }, ...packages } });

test.each([
  ['MIT', true],
  ['(MIT OR GPL-3.0-only)', true],
  ['(Apache-2.0 AND BSD-3-Clause)', true],
  ['(MIT AND GPL-3.0-only)', false],
  ['GPL-3.0-only', false],
  ['AGPL-3.0-or-later', false],
  ['UNLICENSED', false],
  ['SEE LICENSE IN LICENSE.md', false],
])('when a package is under %s, then allowed is %s', (license, allowed) => {
  const packages = licensesOf(lock({ 'node_modules/a': { license } }), () => true);
  expect(refused(packages)).toEqual(allowed ? [] : [{ name: 'a', license }]);
});

test('when a package tells no licence, then it is refused, unless it is a build for another system', () => {
  const packages = lock({
    'node_modules/@a/linux': { optional: true },
    'node_modules/@a/win32': { optional: true },
    'node_modules/x/node_modules/b': {},
    'node_modules/@medisupply/shared': { link: true },
  });
  const isInstalled = (path: string) => !path.includes('win32');
  expect(refused(licensesOf(packages, isInstalled))).toEqual([
    { name: '@a/linux', license: '(ninguna)' },
    { name: 'b', license: '(ninguna)' },
  ]);
});
