/**
 * `npm test`: format, lint, types, then the tests; the last line counts all of them.
 * `npm test -- <filter>` runs only the tests whose file matches the filter.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

const CHECKS: readonly [string, readonly (readonly string[])[]][] = [
  ['formato', [['prettier', '--check', '--log-level=warn', '.']]],
  ['lint', [['oxlint', '--deny-warnings'], ['knip']]],
  ['tipos', [['tsc', '--noEmit']]],
];

interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

async function main(): Promise<void> {
  process.chdir(ROOT);
  const filters = process.argv.slice(2);
  const total: Count = { passed: 0, failed: 0, skipped: 0 };
  if (filters.length === 0) {
    for (const [name, commands] of CHECKS) add(total, await check(name, commands));
  }
  if (filters.length === 0) add(total, await runComponentTests());
  add(total, await runTests(filters));
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
  process.stdout.write(`\n${total.passed} passed, ${total.failed} failed${skipped}\n`);
  process.exitCode = total.failed > 0 ? 1 : 0;
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
      join(ROOT, 'frontend'),
    ),
  );

const runTests = (filters: readonly string[]): Promise<Count> =>
  counted((report) =>
    run([
      'vitest',
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
      ...filters,
    ]),
  );

/** Runs tests that leave a JSON report in the given file. */
async function counted(runner: (report: string) => Promise<number>): Promise<Count> {
  const folder = mkdtempSync(join(tmpdir(), 'medisupply-test-'));
  const report = join(folder, 'report.json');
  try {
    const code = await runner(report);
    const count = readReport(report);
    // A run that went wrong outside of its tests (an unhandled error, a file that does not load) has failed as well.
    return code !== 0 && count.failed === 0 ? { ...count, failed: 1 } : count;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Report {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: { status: string; assertionResults: unknown[] }[];
}

function readReport(path: string): Count {
  let report: Report;
  try {
    report = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const notLoaded = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + notLoaded.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

function add(total: Count, part: Count): void {
  total.passed += part.passed;
  total.failed += part.failed;
  total.skipped += part.skipped;
}

/** Runs a program of node_modules with its output passed through; resolves with its exit code. */
function run([program = '', ...args]: readonly string[], cwd = ROOT): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(join(ROOT, 'node_modules', '.bin', program), args, {
      cwd,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: {
        ...process.env,
        NG_CLI_ANALYTICS: 'false',
        PATH: `${join(ROOT, 'node_modules', '.bin')}:${process.env['PATH']}`,
      },
    });
    child.once('error', () => resolve(1));
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

await main();
