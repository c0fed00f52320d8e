/**
 * `npm test`: format, lint and types beside the components' tests, then all others; the last line counts all of them.
 * `npm test -- <filter>` runs only the tests whose file matches the filter.
 * `npm test -- --postgres` runs those of the back end on a PostgreSQL server instead of SQLite, with a filter or without.
 */
import { join } from 'node:path';
import type { Count } from './testing/run-tests.ts';
import { add, conclude, counted, ROOT, run } from './testing/run-tests.ts';

const CHECKS: readonly [string, readonly (readonly string[])[]][] = [
  ['formato', [['prettier', '--check', '--log-level=warn', '.']]],
  ['lint', [['oxlint', '--deny-warnings'], ['knip']]],
  [
    'tipos',
    [
      ['tsc', '--noEmit'],
      ['tsc', '-p', 'frontend/verificar'],
    ],
  ],
  ['licencias', [['node', 'scripts/licenses.ts', '--quiet']]],
];

const POSTGRES = '--postgres';

async function main(): Promise<void> {
  process.chdir(ROOT);
  const filters = process.argv.slice(2).filter((argument) => argument !== POSTGRES);
  const onPostgres = process.argv.includes(POSTGRES);
  const total: Count = { passed: 0, failed: 0, skipped: 0 };
  if (filters.length === 0 && !onPostgres) {
    for (const part of await Promise.all([runChecks(), runComponentTests()])) add(total, part);
  }
  add(total, await runTests([...(onPostgres ? ['--config', 'vitest.postgres.config.ts'] : []), ...filters]));
  conclude(total);
}

async function runChecks(): Promise<Count> {
  const count: Count = { passed: 0, failed: 0, skipped: 0 };
  for (const [name, commands] of CHECKS) add(count, await check(name, commands));
  return count;
}

async function check(name: string, commands: readonly (readonly string[])[]): Promise<Count> {
  const startedAt = performance.now();
  let failed = 0;
  for (const command of commands) {
    if ((await run(command)) !== 0) failed = 1;
  }
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  process.stdout.write(`${failed ? '✗' : '✓'} ${name} ${seconds} s\n`);
  return { passed: 1 - failed, failed, skipped: 0 };
}

/** Those of the Angular application, which its own builder compiles and runs. */
const runComponentTests = (): Promise<Count> =>
  counted((report) =>
    run(
      [
        'ng',
        'test',
        '--watch=false',
        '--progress=false',
        '--reporters=default',
        '--reporters=json',
        `--output-file=${report}`,
      ],
      { cwd: join(ROOT, 'frontend') },
    ),
  );

const runTests = (options: readonly string[]): Promise<Count> =>
  counted((report) =>
    run([
      'vitest',
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
      ...options,
    ]),
  );

await main();
