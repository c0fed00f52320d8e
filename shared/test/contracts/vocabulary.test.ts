import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PROBLEM_CODES } from '../../src/contracts/vocabulary.ts';

test('when Nginx answers an error of its own, then with a problem code of the vocabulary', () => {
  const template = readFileSync(
    join(import.meta.dirname, '../../../frontend/nginx/nginx.conf.template'),
    'utf8',
  );
  const map = /map \$problem \$problem_code \{([^}]*)\}/.exec(template)?.[1] ?? '';
  const codes = Array.from(map.matchAll(/"([a-z-]+)"/g), (match) => match[1]);
  expect(codes.length).toBeGreaterThan(3);
  expect(PROBLEM_CODES).toEqual(expect.arrayContaining(codes));
});
