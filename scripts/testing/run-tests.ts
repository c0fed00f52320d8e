/** Runs test programs and counts what they report. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

/** Runs tests that leave a JSON report in the given file. */
export async function counted(runner: (report: string) => Promise<number>): Promise<Count> {
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

export function add(total: Count, part: Count): void {
  total.passed += part.passed;
  total.failed += part.failed;
  total.skipped += part.skipped;
}

/** The closing line, and the exit code that goes with it. */
export function conclude(total: Count): void {
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
  process.stdout.write(`\n${total.passed} passed, ${total.failed} failed${skipped}\n`);
  process.exitCode = total.failed > 0 ? 1 : 0;
}

/** Runs a program of node_modules with its output passed through; resolves with its exit code. */
export function run(
  [program = '', ...args]: readonly string[],
  { cwd = ROOT, env = {} }: { cwd?: string; env?: Record<string, string> } = {},
): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(join(ROOT, 'node_modules', '.bin', program), args, {
      cwd,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: {
        ...process.env,
        ...env,
        NG_CLI_ANALYTICS: 'false',
        PATH: `${join(ROOT, 'node_modules', '.bin')}:${process.env['PATH']}`,
      },
    });
    child.once('error', () => resolve(1));
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
