import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { sharesOf } from '../../bench/profile/shares.ts';
import { ROOT } from '../launcher/launch.ts';

const inRoot = (path: string) => pathToFileURL(join(ROOT, path)).href;
const node = (id: number, functionName: string, url: string, children: number[] = []) => ({
  id,
  callFrame: { functionName, scriptId: '0', url, lineNumber: 9, columnNumber: 0 },
  children,
});

test('when a profile is read, then time goes to its package and to the nearest function of ours', () => {
  const shares = sharesOf({
    startTime: 0,
    endTime: 0,
    nodes: [
      node(1, '(root)', '', [2, 6, 7]),
      node(2, 'confirmar', inRoot('services/logistica-inventario/src/confirmar.ts'), [3]),
      node(3, 'execute', inRoot('node_modules/kysely/dist/index.js'), [4]),
      node(4, 'write', inRoot('shared/src/db/unit-of-work.ts'), [5]),
      node(5, 'run', ''),
      node(6, '(idle)', ''),
      node(7, 'emit', 'node:events'),
    ],
    samples: [2, 3, 4, 5, 6, 7],
    timeDeltas: [1_000, 2_000, 3_000, 4_000, 50_000, 5_000],
  });
  expect(shares).toEqual({
    busy: 15,
    packages: [
      ['node', 5],
      ['run, nativo, desde shared', 4],
      ['shared', 3],
      ['kysely', 2],
      ['services/logistica-inventario', 1],
    ],
    functions: [
      ['write shared/src/db/unit-of-work.ts:10', 7],
      ['ninguna función propia', 5],
      ['confirmar services/logistica-inventario/src/confirmar.ts:10', 3],
    ],
  });
});
