import { z } from 'zod';

/** Permissive, or (MPL, CC-BY) asking for something only of who changes or passes on that very package. */
const ALLOWED = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC-BY-4.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'MPL-2.0',
  'OFL-1.1',
  'Python-2.0',
]);

const lockfile = z.object({
  packages: z.record(
    z.string(),
    z.object({
      link: z.boolean().optional(),
      optional: z.boolean().optional(),
      license: z.string().optional(),
    }),
  ),
});

export interface Licensed {
  name: string;
  license: string;
}

const NONE = '(ninguna)';

/** Every package of the lockfile, but for builds for other systems that are not installed: their registry tells nothing. */
export function licensesOf(lock: unknown, isInstalled: (path: string) => boolean): Licensed[] {
  return Object.entries(lockfile.parse(lock).packages).flatMap(([path, { link, optional, license }]) => {
    if (!path.includes('node_modules/') || link === true) return [];
    if (license === undefined && optional === true && !isInstalled(path)) return [];
    return [{ name: path.replace(/^.*node_modules\//, ''), license: license ?? NONE }];
  });
}

export const refused = (packages: readonly Licensed[]): Licensed[] =>
  packages.filter(({ license }) => !isAllowed(license));

/** SPDX: of `A OR B` one will do, of `A AND B` each must. */
function isAllowed(expression: string): boolean {
  const bare = expression.replaceAll(/[()]/g, '');
  return bare
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((license) => ALLOWED.has(license.trim())));
}
