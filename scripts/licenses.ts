/** `npm run licenses`: what the packages of the lockfile are licensed under. Exit code 1 for a licence that nobody has agreed to. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { licensesOf, refused } from './licenses/read-licenses.ts';
import { runCommand } from './terminal/run-command.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

function main(): number {
  const lock: unknown = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
  const packages = licensesOf(lock, (path) => existsSync(join(ROOT, path)));
  if (process.argv.includes('--quiet')) return report(refused(packages));
  for (const [license, all] of [...Map.groupBy(packages, (each) => each.license)].toSorted(
    ([, a], [, b]) => b.length - a.length,
  ))
    print(
      `${license}: ${all.length <= 12 ? all.map(({ name }) => name).join(', ') : `${all.length} paquetes`}`,
    );
  return report(refused(packages));
}

function report(bad: readonly { name: string; license: string }[]): number {
  for (const { name, license } of bad)
    print(`✗ ${name}: ${license} no está entre las admitidas (scripts/licenses/read-licenses.ts)`);
  return bad.length === 0 ? 0 : 1;
}

const print = (text: string) => process.stdout.write(`${text}\n`);

await runCommand(main);
